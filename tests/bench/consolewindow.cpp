// SPDX-License-Identifier: GPL-3.0-or-later
#include "consolewindow.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QSettings>
#include <QTest>
#include <ctime>

namespace howdah::bench {

qint64 ConsoleWindow::nowNs()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<qint64>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

ConsoleWindow::ConsoleWindow(const std::vector<cluster::ClusterConfig> &clusters, const QStringList &arguments)
{
    QStringList files;
    for (const cluster::ClusterConfig &config : clusters) {
        files << QStringLiteral("%1/%2.toml").arg(m_home.path(), config.name);
        cluster::saveClusterFile(config, files.back());
    }
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("HOME"), m_home.path());
    for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"}) {
        environment.insert(QLatin1String(name), m_home.path());
    }
    environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
    environment.insert(QStringLiteral("QT_LOGGING_RULES"), QStringLiteral("*.info=false"));
    environment.insert(QStringLiteral("LD_PRELOAD"), QStringLiteral(HOWDAH_WINDOW_PROBE));
    m_process.setProcessEnvironment(environment);
    m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    QObject::connect(&m_process, &QProcess::readyReadStandardOutput, &m_process, [this] { read(); });

    QStringList command{QStringLiteral("open")};
    if (files.size() == 1) {
        command << files.first();
    } else {
        // What was open when the program last ended is open again.
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_home.path());
        QSettings settings(QSettings::NativeFormat, QSettings::UserScope, QStringLiteral(HOWDAH_ORGANIZATION),
                           QStringLiteral("howdah"));
        settings.setValue(QStringLiteral("clusters/open"), files);
    }
    m_startNs = nowNs();
    m_process.start(QStringLiteral(HOWDAH_PROGRAM), command + arguments);
}

ConsoleWindow::~ConsoleWindow()
{
    m_process.disconnect();
    m_process.kill();
    m_process.waitForFinished(5000);
}

void ConsoleWindow::read()
{
    static const QRegularExpression answering(QStringLiteral("^(\\d+) of \\d+ nodes? answers?"));
    while (m_process.canReadLine()) {
        const QString line = QString::fromUtf8(m_process.readLine()).trimmed();
        const QStringList parts = line.split(QLatin1Char(' '));
        if (parts.first() == QLatin1String("busy") && parts.size() == 5) {
            m_stretches.push_back(
                {parts[1].toLongLong(), parts[2].toLongLong(), parts[3].toLongLong(), parts[4] == QLatin1String("1")});
        } else if (parts.first() == QLatin1String("first")) {
            m_firstPaintNs = parts.value(1).toLongLong();
        } else if (parts.first() == QLatin1String("state")) {
            ++m_states;
            m_lastState = line.section(QLatin1Char(' '), 2);
            const int nodes = answering.match(m_lastState).captured(1).toInt();
            const qint64 time = parts.value(1).toLongLong();
            if (nodes > 0 && m_firstLiveNs == 0) {
                m_firstLiveNs = time;
            }
            if (m_wantedNodes > 0 && nodes >= m_wantedNodes && m_allNodesNs == 0) {
                m_allNodesNs = time;
            }
        }
    }
}

bool ConsoleWindow::waitForNodes(int count, int milliseconds)
{
    m_wantedNodes = count;
    return QTest::qWaitFor([this] { return m_allNodesNs != 0; }, milliseconds);
}

} // namespace howdah::bench
