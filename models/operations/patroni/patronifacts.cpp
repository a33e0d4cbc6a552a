// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/patroni/patronifacts.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QPointer>
#include <QSet>
#include <QUrl>
#include <algorithm>

#include "core/units.h"
#include "operations/httpmessage.h"
#include "postgres/conninfo.h"

namespace howdah::operations::patroni {

using core::Error;

namespace {

constexpr int kHttpMs = 2000;
constexpr int kHistoryMs = 5000;

/// scheme://host:port of a URL, and the path that a proxy may want before Patroni's own.
QString baseOf(QUrl url, const QString &path)
{
    url.setPath(path);
    url.setQuery(QString());
    url.setFragment(QString());
    url.setUserInfo(QString());
    QString text = url.toString(QUrl::FullyEncoded);
    while (text.endsWith(QLatin1Char('/'))) {
        text.chop(1);
    }
    return text;
}

/// The hosts that the cluster file itself names.
QSet<QString> namedHosts(const cluster::ClusterConfig &config, const cluster::Snapshot &snapshot)
{
    QSet<QString> hosts;
    for (const cluster::NodeConfig &node : config.nodes) {
        const auto conninfo = postgres::Conninfo::parse(node.conninfo);
        for (const postgres::Conninfo::Place &place :
             conninfo ? conninfo->places() : std::vector<postgres::Conninfo::Place>()) {
            hosts << place.host << place.hostaddr;
        }
    }
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        hosts << node.hostaddr;
    }
    hosts << QUrl(config.patroniUrl).host();
    hosts.remove(QString());
    return hosts;
}

QString hostOf(const cluster::NodeStatus &node)
{
    return node.hostaddr.isEmpty() && !node.host.startsWith(QLatin1Char('/')) ? node.host : node.hostaddr;
}

QHash<QString, QString> contextsOf(const cluster::Snapshot &snapshot)
{
    QHash<QString, QString> contexts;
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        if (node.kind != cluster::NodeKind::Data || !node.sample || !node.sample->settings) {
            continue;
        }
        for (const cluster::Setting &setting : *node.sample->settings) {
            contexts.insert(setting.name, setting.context);
        }
    }
    return contexts;
}

const cluster::NodeStatus *statusOf(const QString &node, const cluster::Snapshot &snapshot)
{
    const auto at = std::find_if(snapshot.nodes.begin(), snapshot.nodes.end(),
                                 [&](const cluster::NodeStatus &one) { return one.name == node; });
    return at == snapshot.nodes.end() ? nullptr : &*at;
}

} // namespace

const Member *PatroniFacts::leader() const
{
    const auto at =
        std::find_if(members.begin(), members.end(), [](const Member &one) { return one.member.isLeader(); });
    return at == members.end() ? nullptr : &*at;
}

const Member *PatroniFacts::ofNode(const QString &node) const
{
    const auto at = std::find_if(members.begin(), members.end(),
                                 [&](const Member &one) { return !node.isEmpty() && one.node == node; });
    return at == members.end() ? nullptr : &*at;
}

const Member *PatroniFacts::called(const QString &name) const
{
    if (const Member *member = ofNode(name)) {
        return member;
    }
    const auto at =
        std::find_if(members.begin(), members.end(), [&](const Member &one) { return one.member.name == name; });
    return at == members.end() ? nullptr : &*at;
}

QString PatroniFacts::loopText() const
{
    return QCoreApplication::translate("Patroni", "every %1").arg(core::formatSeconds(loopWaitS()));
}

int PatroniFacts::patienceMs() const
{
    return 2 * std::max(10, loopWaitS()) * 1000;
}

Action request(const QString &node, const QString &method, const QString &api, const QString &path,
               const QJsonObject &body, const QString &about)
{
    Action action;
    action.kind = Action::Kind::Http;
    action.node = node;
    action.text = about;
    action.http.method = method;
    action.http.url = api + path;
    action.http.body =
        body.isEmpty() ? QString() : QString::fromUtf8(QJsonDocument(body).toJson(QJsonDocument::Compact));
    action.http.credentials = credentials();
    // Reading needs none, and what is not sent can't be overheard.
    action.http.anonymous = method == QLatin1String("GET");
    return action;
}

QStringList placesToAsk(const cluster::ClusterConfig &config, const cluster::Snapshot &snapshot)
{
    QStringList places;
    if (const auto url = apiUrl(config.patroniUrl)) {
        places.append(baseOf(*url, url->path()));
    }
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        QUrl url;
        url.setScheme(QStringLiteral("http"));
        url.setHost(hostOf(node));
        url.setPort(8008);
        if (node.kind == cluster::NodeKind::Data && !url.host().isEmpty()) {
            places.append(baseOf(url, {}));
        }
    }
    places.removeDuplicates();
    return places;
}

QString nodeOf(const managers::PatroniMember &member, const cluster::Snapshot &snapshot)
{
    if (statusOf(member.name, snapshot)) {
        return member.name;
    }
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        const QString port = node.address.section(QLatin1Char(':'), -1);
        if (!member.host.isEmpty() && (node.hostaddr == member.host || node.host == member.host) &&
            port == QString::number(member.port)) {
            return node.name;
        }
    }
    return {};
}

QString apiOf(const managers::PatroniMember &member, const QString &node, const cluster::ClusterConfig &config,
              const cluster::Snapshot &snapshot)
{
    const auto said = apiUrl(member.apiUrl);
    if (!said) {
        return {};
    }
    QUrl url = *said;
    if (!namedHosts(config, snapshot).contains(url.host())) {
        const cluster::NodeStatus *status = statusOf(node, snapshot);
        const QString host = status ? hostOf(*status) : QString();
        if (host.isEmpty()) {
            return {};
        }
        url.setHost(host);
    }
    // It says …/patroni, which is one of the API's own paths.
    return baseOf(url, {});
}

void askHistory(Hands &hands, const QString &base,
                std::function<void(core::Result<std::vector<managers::PatroniTurn>>)> done)
{
    hands.http({QStringLiteral("GET"), base + QStringLiteral("/history"), {}, credentials(), true}, kHistoryMs,
               [done = std::move(done)](const Handed<HttpAnswer> &answer) {
                   using Turns = core::Result<std::vector<managers::PatroniTurn>>;
                   done(answer ? managers::parsePatroniHistory(answer->body.toUtf8())
                               : Turns(tl::unexpected(answer.error().error)));
               });
}

PatroniGatherer::PatroniGatherer(cluster::ClusterConfig config, std::shared_ptr<const cluster::Snapshot> snapshot,
                                 Hands &hands, QObject *parent)
    : QObject(parent)
    , m_config(std::move(config))
    , m_snapshot(std::move(snapshot))
    , m_hands(hands)
{
}

void PatroniGatherer::start(std::function<void(PatroniFacts)> done)
{
    m_done = std::move(done);
    m_places = placesToAsk(m_config, *m_snapshot);
    m_answers.resize(static_cast<std::size_t>(m_places.size()));
    m_facts.contexts = contextsOf(*m_snapshot);
    m_facts.error = QStringLiteral("no node has a host that Patroni could be asked at");
    ++m_left; // until all are asked
    for (std::size_t i = 0; i < m_answers.size(); ++i) {
        ++m_left;
        ask(m_places[static_cast<qsizetype>(i)] + QStringLiteral("/cluster"),
            [this, i](const core::Result<QByteArray> &body) { clusterAnswered(i, body); });
    }
    one();
}

void PatroniGatherer::ask(const QString &url, std::function<void(core::Result<QByteArray>)> done)
{
    const QPointer<PatroniGatherer> self(this);
    m_hands.http({QStringLiteral("GET"), url, {}, credentials(), true}, kHttpMs,
                 [self, url, done = std::move(done)](const Handed<HttpAnswer> &answer) {
                     if (!self) {
                         return;
                     }
                     // GET /patroni answers 503 for a server that is down, with the body all the same.
                     if (!answer) {
                         done(tl::unexpected(answer.error().error));
                     } else if (answer->status != 200 && answer->status != 503) {
                         done(core::failure(Error::Kind::Server,
                                            QStringLiteral("%1: HTTP status %2").arg(url).arg(answer->status)));
                     } else {
                         done(answer->body.toUtf8());
                     }
                     self->one();
                 });
}

/// The first place of the list wins, however soon others answer: the cluster file's own stands there.
void PatroniGatherer::clusterAnswered(std::size_t place, const core::Result<QByteArray> &body)
{
    m_answers[place] = body.and_then(managers::parsePatroniCluster);
    for (std::size_t i = 0; i < m_answers.size() && !m_chosen && m_answers[i]; ++i) {
        if (!*m_answers[i]) {
            if (i == 0) {
                m_facts.error = m_answers[i]->error().message;
            }
            continue;
        }
        m_chosen = true;
        m_facts.error.clear();
        m_facts.base = m_places[static_cast<qsizetype>(i)];
        m_facts.cluster = **m_answers[i];
        askMembers();
    }
}

void PatroniGatherer::askMembers()
{
    ++m_left;
    ask(m_facts.base + QStringLiteral("/config"), [this](const core::Result<QByteArray> &body) {
        if (const auto config = body.and_then(managers::parsePatroniConfig)) {
            m_facts.config = *config;
            m_facts.configText = QString::fromUtf8(*body);
        }
    });
    for (const managers::PatroniMember &member : m_facts.cluster.members) {
        Member &one = m_facts.members.emplace_back();
        one.member = member;
        one.node = nodeOf(member, *m_snapshot);
        one.api = apiOf(member, one.node, m_config, *m_snapshot);
        one.error = QStringLiteral("where its REST API is can't be told from here");
    }
    for (const Member &one : m_facts.members) {
        if (one.api.isEmpty()) {
            continue;
        }
        ++m_left;
        const auto i = static_cast<std::size_t>(&one - m_facts.members.data());
        ask(one.api + QStringLiteral("/patroni"), [this, i](const core::Result<QByteArray> &body) {
            const auto node = body.and_then(managers::parsePatroniNode);
            Member &member = m_facts.members[i];
            member.error = node ? QString() : node.error().message;
            if (node) {
                member.self = *node;
            }
            if (node && !node->name.isEmpty() && node->name != member.member.name) {
                member.error = QStringLiteral("%1 is the API of %2").arg(member.api, node->name);
                member.self.reset();
            }
        });
    }
}

void PatroniGatherer::one()
{
    if (--m_left == 0) {
        m_done(std::move(m_facts));
    }
}

} // namespace howdah::operations::patroni
