// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/addressscriptcommand.h"

#include <QFileInfo>
#include <QJsonObject>
#include <QSaveFile>
#include <cstdio>

#include "app/output.h"
#include "operations/peeraddress.h"
#include "operations/switchover/gatherrepmgr.h"

namespace howdah::app {

using namespace operations;
using core::Error;

namespace {

constexpr int kDeadlineMs = 12'000;

core::Result<void> mayWrite(const Invocation &invocation)
{
    if (invocation.force || invocation.outputFile.isEmpty() || !QFileInfo::exists(invocation.outputFile)) {
        return {};
    }
    return core::failure(Error::Kind::Invalid, QStringLiteral("%1 is there already.").arg(invocation.outputFile),
                         QStringLiteral("Name another file, or overwrite it with --force."));
}

/// In one piece, and never readable or runnable by others, even for a moment: whoever installs it decides about that.
core::Result<void> save(const QString &path, const QByteArray &text)
{
    QSaveFile file(path);
    const bool written = file.open(QIODevice::WriteOnly) &&
                         file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner) &&
                         file.write(text) == text.size() && file.commit();
    return written ? core::Result<void>()
                   : core::failure(Error::Kind::Io,
                                   QStringLiteral("%1 can't be written: %2.").arg(path, file.errorString()), {});
}

} // namespace

AddressScriptCommand::AddressScriptCommand(Invocation invocation, QObject *parent)
    : QObject(parent)
    , m_invocation(std::move(invocation))
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] { stateChanged(m_state, true); });
    connect(&m_look, &ClusterLook::started, this, [this] { m_deadline.start(kDeadlineMs); });
    connect(&m_look, &ClusterLook::stateChanged, this, &AddressScriptCommand::stateChanged);
    connect(&m_look, &ClusterLook::failed, this, &AddressScriptCommand::refuse);
}

AddressScriptCommand::~AddressScriptCommand() = default;

void AddressScriptCommand::start()
{
    if (const auto may = mayWrite(m_invocation); !may) {
        refuse(may.error());
        return;
    }
    m_look.start(m_invocation.cluster);
}

void AddressScriptCommand::refuse(const Error &error)
{
    Q_EMIT finished(printFailure(error, m_invocation.json, kRefused));
}

/// The one that is named, or the only one that there is to choose.
core::Result<cluster::AddressConfig> AddressScriptCommand::chosen() const
{
    std::vector<cluster::AddressConfig> fit;
    QStringList names;
    for (const cluster::AddressConfig &address : m_look.config().addresses) {
        const bool isMeant = m_invocation.addressName.isEmpty() ? address.follows == QLatin1String("primary")
                                                                : address.name == m_invocation.addressName;
        if (isMeant) {
            fit.push_back(address);
            names.append(address.name);
        }
    }
    if (fit.size() == 1) {
        return fit.front();
    }
    if (!m_invocation.addressName.isEmpty()) {
        return core::failure(Error::Kind::NotFound,
                             QStringLiteral("The cluster file has no address \"%1\".").arg(m_invocation.addressName),
                             {});
    }
    return core::failure(
        Error::Kind::Invalid,
        fit.empty() ? QStringLiteral("The cluster file has no [[address]] that follows the primary.")
                    : QStringLiteral("Several addresses follow the primary: %1.").arg(names.join(QStringLiteral(", "))),
        fit.empty() ? QString() : QStringLiteral("Name one: howdah address CLUSTER script NAME."));
}

void AddressScriptCommand::stateChanged(const cluster::ClusterState &state, bool conclusive)
{
    m_state = state;
    if (m_run || !m_state.snapshot || (m_deadline.isActive() && !conclusive)) {
        return;
    }
    m_deadline.stop();
    const auto address = chosen();
    if (!address) {
        m_look.stop();
        m_run = std::make_unique<OperationRun>(m_invocation.json, m_look.config(), m_invocation.cluster);
        refuse(address.error());
        return;
    }
    m_facts.cluster = m_look.config().name;
    m_facts.address = *address;
    m_run = std::make_unique<OperationRun>(m_invocation.json, m_look.config(), m_invocation.cluster);
    askRepmgr();
}

void AddressScriptCommand::askRepmgr()
{
    switchover::Facts facts;
    facts.config = m_look.config();
    facts.state = m_state;
    m_repmgr = new switchover::RepmgrGatherer(facts, m_run->hands(), this);
    m_repmgr->start([this](const switchover::RepmgrFacts &members) {
        m_members = members;
        if (!m_members.error.isEmpty()) {
            m_look.stop();
            refuse({.kind = Error::Kind::Invalid,
                    .message = QStringLiteral("repmgr's books can't be read: %1.").arg(m_members.error),
                    .hint = QStringLiteral("The script is for clusters under repmgr. Patroni and pg_auto_failover have "
                                           "callbacks, and vip-manager goes with them.")});
            return;
        }
        askAddress();
    });
}

void AddressScriptCommand::askAddress()
{
    m_address = new address::LookAll({m_facts.address}, m_run->hands(), this);
    m_address->start(m_look.config().nodes, [this](const address::LookAll::Found &found) {
        m_facts.facts = found.value(m_facts.address.name);
        m_look.stop();
        write();
    });
}

void AddressScriptCommand::write()
{
    const auto &nodes = m_state.snapshot->nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const switchover::RepmgrMember member = m_members.members.value(nodes[i].name);
        if (nodes[i].kind == cluster::NodeKind::Data && member.type != QLatin1String("witness")) {
            m_facts.nodes.push_back({nodes[i].name,
                                     addressForPeers(m_look.config(), m_state, static_cast<int>(i)).first, member.id,
                                     member.configFile, member.program});
        }
    }
    const auto script = address::promoteScript(m_facts);
    const auto may = script ? mayWrite(m_invocation) : tl::unexpected(script.error()); // it may have come meanwhile
    const auto saved =
        may && !m_invocation.outputFile.isEmpty() ? save(m_invocation.outputFile, script->toUtf8()) : may;
    if (!saved) {
        refuse(saved.error());
        return;
    }
    const QString path =
        m_invocation.outputFile.isEmpty() ? QString() : QFileInfo(m_invocation.outputFile).absoluteFilePath();
    // Where it is to lie on the nodes, which is not where it was written here.
    const QString settings = address::promoteSettings(m_facts, QStringLiteral("/usr/local/bin/howdah-promote"));
    if (m_invocation.json) {
        QJsonObject object{{QStringLiteral("cluster"), m_facts.cluster},
                           {QStringLiteral("address"), m_facts.address.name},
                           {QStringLiteral("settings"), settings},
                           {QStringLiteral("secrets"), address::promoteSecretsFile(m_facts)},
                           {QStringLiteral("result"), QStringLiteral("done")}};
        object.insert(path.isEmpty() ? QStringLiteral("script") : QStringLiteral("file"),
                      path.isEmpty() ? *script : path);
        printJson(object);
    } else {
        if (path.isEmpty()) { // as it is: the redaction takes a name that goes with a secret for one, and it has none
            const QByteArray bytes = script->toUtf8();
            std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stdout);
            std::fflush(stdout);
        } else {
            print(QStringLiteral("written: %1\n").arg(path));
        }
        printError(settings);
    }
    Q_EMIT finished(kDone);
}

} // namespace howdah::app
