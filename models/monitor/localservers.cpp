// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/localservers.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <algorithm>

namespace howdah::monitor {

namespace {

constexpr int kMostLocalServers = 16;

QByteArray read(const char *path)
{
    QFile file(QString::fromLatin1(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

struct Listener {
    int port = 0;
    QByteArray user;
};

// Lines of "sl local_address rem_address st tx:rx tr:when retrnsmt uid …"; state 0A is LISTEN.
std::vector<Listener> listeners(const QByteArray &tables)
{
    std::vector<Listener> all;
    for (const QByteArray &line : tables.split('\n')) {
        const QList<QByteArray> fields = line.simplified().split(' ');
        if (fields.size() < 8 || fields.at(3) != "0A") {
            continue;
        }
        bool isNumber = false;
        const int port = fields.at(1).mid(fields.at(1).lastIndexOf(':') + 1).toInt(&isNumber, 16);
        if (isNumber && port > 0) {
            all.push_back({port, fields.at(7)});
        }
    }
    return all;
}

} // namespace

QList<int> portsOfUnixSockets(const QByteArray &table)
{
    static const QRegularExpression socket(QStringLiteral("/\\.s\\.PGSQL\\.(\\d+)$"),
                                           QRegularExpression::MultilineOption);
    QList<int> ports;
    auto matches = socket.globalMatch(QString::fromUtf8(table));
    while (matches.hasNext()) {
        const int port = matches.next().captured(1).toInt();
        if (!ports.contains(port)) {
            ports << port;
        }
    }
    return ports;
}

QList<int> portsOfSameUsers(const QByteArray &tables, const QList<int> &known)
{
    const std::vector<Listener> all = listeners(tables);
    QSet<QByteArray> users;
    for (const Listener &one : all) {
        if (known.contains(one.port)) {
            users.insert(one.user);
        }
    }
    QList<int> ports;
    for (const Listener &one : all) {
        if (users.contains(one.user) && !known.contains(one.port) && !ports.contains(one.port)) {
            ports << one.port;
        }
    }
    const auto distance = [&](int port) {
        int least = 65536;
        for (const int other : known) {
            least = std::min(least, std::abs(port - other));
        }
        return least;
    };
    std::stable_sort(ports.begin(), ports.end(), [&](int left, int right) { return distance(left) < distance(right); });
    return ports;
}

QList<int> localServerPorts(const QList<int> &known)
{
    QList<int> ports = portsOfUnixSockets(read("/proc/net/unix"));
    for (const int port : portsOfSameUsers(read("/proc/net/tcp") + read("/proc/net/tcp6"), known)) {
        if (!ports.contains(port)) {
            ports << port;
        }
    }
    return ports.mid(0, kMostLocalServers);
}

} // namespace howdah::monitor
