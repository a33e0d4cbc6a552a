// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/demo/demorunner.h"

#include <QFile>
#include <QTimer>

// In a static library the resource is linked in only when somebody asks for it; the macro must stand in no namespace.
static void initialiseDemoResource()
{
    Q_INIT_RESOURCE(demo);
}

namespace howdah::demo {

namespace {

QString resourceText(const char *name)
{
    QFile file(QStringLiteral(":/howdah/demo/") + QLatin1String(name));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QString actionName(DemoAction action)
{
    switch (action) {
    case DemoAction::Start:
        return QStringLiteral("start");
    case DemoAction::Stop:
        return QStringLiteral("stop");
    case DemoAction::Status:
        break;
    }
    return QStringLiteral("status");
}

/// What root's environment has for a demo that another user runs: root's secrets are none of that user's business.
QProcessEnvironment environmentFor(const QString &home)
{
    const QProcessEnvironment whole = QProcessEnvironment::systemEnvironment();
    QProcessEnvironment environment;
    const QStringList names = whole.keys();
    for (const QString &name : names) {
        if (name == QLatin1String("PATH") || name == QLatin1String("LANG") ||
            name == QLatin1String("HOWDAH_PG_BINDIR") || name.startsWith(QLatin1String("HOWDAH_DEMO_"))) {
            environment.insert(name, whole.value(name));
        }
    }
    environment.insert(QStringLiteral("HOME"), home);
    return environment;
}

/// A TOML array of strings. What stands in them here, program names and options, needs no escapes.
QString tomlArray(const QStringList &items)
{
    QStringList quoted;
    for (const QString &item : items) {
        quoted.append(QLatin1Char('"') + item + QLatin1Char('"'));
    }
    return QLatin1Char('[') + quoted.join(QStringLiteral(", ")) + QLatin1Char(']');
}

} // namespace

DemoRunner::DemoRunner(DemoPlace place, QObject *parent)
    : QObject(parent)
    , m_place(std::move(place))
{
}

DemoRunner::~DemoRunner()
{
    if (m_process && m_process->state() != QProcess::NotRunning) {
        m_process->disconnect(this);
        m_process->setParent(nullptr);
        connect(m_process, &QProcess::finished, m_process, &QObject::deleteLater);
    }
}

void DemoRunner::run(DemoAction action)
{
    initialiseDemoResource();
    if (m_place.directory.isEmpty()) {
        fail(QStringLiteral("PostgreSQL does not run as root, and this system has neither a user postgres nor nobody"),
             QStringLiteral("Run howdah demo as an ordinary user."), DemoResult::Refused);
        return;
    }
    if (action == DemoAction::Start) {
        if (const auto prepared = prepareDirectory(m_place); !prepared) {
            fail(prepared.error().message, prepared.error().hint, DemoResult::Refused);
            return;
        }
    }
    const QString script = resourceText("common.sh") + resourceText("create.sh") + resourceText("control.sh");
    QStringList argv = m_place.drop;
    // A part of the environment goes along here: it may hold HOWDAH_PG_BINDIR.
    argv.removeAll(QStringLiteral("--reset-env"));
    argv << QStringLiteral("sh") << QStringLiteral("-c") << script << QStringLiteral("howdah-demo")
         << actionName(action) << m_place.directory << tomlArray(m_place.drop) << resourceText("load.sh")
         << resourceText("archive.sh");

    m_process = new QProcess(this);
    if (!m_place.home.isEmpty()) {
        m_process->setProcessEnvironment(environmentFor(m_place.home));
    }
    m_process->setStandardInputFile(QProcess::nullDevice());
    m_process->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    connect(m_process, &QProcess::readyReadStandardOutput, this, &DemoRunner::readRecords);
    connect(m_process, &QProcess::finished, this, &DemoRunner::end);
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            fail(QStringLiteral("%1 cannot be started: %2").arg(m_process->program(), m_process->errorString()),
                 QStringLiteral("It belongs to the packages util-linux and dash."), DemoResult::Refused);
        }
    });
    const QString program = argv.takeFirst();
    m_process->start(program, argv);
}

void DemoRunner::readRecords()
{
    while (m_process->canReadLine()) {
        QByteArray line = m_process->readLine();
        line.chop(1);
        if (const auto parsed = parseRecord(line)) {
            Q_EMIT record(*parsed);
        }
    }
}

void DemoRunner::end(int exitCode, QProcess::ExitStatus status)
{
    readRecords();
    if (status != QProcess::NormalExit || exitCode < 0 || exitCode > 3) {
        fail(QStringLiteral("the demo's script ended unexpectedly (%1)").arg(exitCode),
             QStringLiteral("Run howdah demo status to see what is there."), DemoResult::Incomplete);
        return;
    }
    m_ended = true;
    Q_EMIT finished(static_cast<DemoResult>(exitCode));
}

void DemoRunner::fail(const QString &text, const QString &hint, DemoResult result)
{
    if (m_ended) {
        return;
    }
    m_ended = true;
    // From the event loop, as every other end.
    QTimer::singleShot(0, this, [this, text, hint, result] {
        Q_EMIT record(DemoRecord{.kind = DemoRecord::Kind::Problem, .text = text, .hint = hint});
        Q_EMIT finished(result);
    });
}

} // namespace howdah::demo
