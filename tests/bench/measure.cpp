// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <unistd.h>

namespace howdah::bench {

namespace {
QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString processDirectory(qint64 pid)
{
    return pid == 0 ? QStringLiteral("/proc/self") : QStringLiteral("/proc/%1").arg(pid);
}
} // namespace

qint64 cpuNs(qint64 pid)
{
    const QString tasks = processDirectory(pid) + QStringLiteral("/task");
    qint64 sum = 0;
    for (const QString &task : QDir(tasks).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        sum += contents(QStringLiteral("%1/%2/schedstat").arg(tasks, task)).split(' ').value(0).toLongLong();
    }
    return sum;
}

qint64 reapedCpuMs(qint64 pid)
{
    const QByteArray stat = contents(processDirectory(pid) + QStringLiteral("/stat"));
    // Behind the name in brackets, which may hold anything, stands field 3; cutime is field 16, cstime 17.
    const QByteArrayList fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
    return (fields.value(13).toLongLong() + fields.value(14).toLongLong()) * 1000 / ::sysconf(_SC_CLK_TCK);
}

qint64 statusKb(qint64 pid, const QByteArray &field)
{
    for (const QByteArray &line : contents(processDirectory(pid) + QStringLiteral("/status")).split('\n')) {
        if (line.startsWith(field + ':')) {
            return line.mid(field.size() + 1).simplified().split(' ').value(0).toLongLong();
        }
    }
    return -1;
}

std::optional<SocketCounters> socketCounters(int localPort, int remotePort)
{
    QProcess ss;
    ss.start(QStringLiteral("ss"),
             {QStringLiteral("-tinH"), QStringLiteral("sport = :%1 and dport = :%2").arg(localPort).arg(remotePort)});
    if (!ss.waitForFinished(5000) || ss.exitCode() != 0) {
        return std::nullopt;
    }
    const QString text = QString::fromUtf8(ss.readAllStandardOutput());
    const auto counter = [&](const char *name) {
        const QRegularExpression word(QStringLiteral("\\b%1:(\\d+)").arg(QLatin1String(name)));
        return word.match(text).captured(1).toLongLong(); // ss leaves out what is 0
    };
    if (text.trimmed().isEmpty()) {
        return std::nullopt;
    }
    return SocketCounters{counter("data_segs_in"), counter("data_segs_out"), counter("bytes_received"),
                          counter("bytes_sent")};
}

double Samples::percentile(double percent) const
{
    if (m_values.empty()) {
        return 0;
    }
    std::vector<double> sorted = m_values;
    std::sort(sorted.begin(), sorted.end());
    const double rank = percent / 100 * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], rank - static_cast<double>(below));
}

double Samples::mean() const
{
    return m_values.empty()
               ? 0
               : std::accumulate(m_values.cbegin(), m_values.cend(), 0.0) / static_cast<double>(m_values.size());
}

} // namespace howdah::bench
