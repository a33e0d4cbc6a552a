// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/owners.h"

#include <QCoreApplication>
#include <QHostAddress>
#include <QRegularExpression>
#include <algorithm>

namespace howdah::operations::address {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

/// "10.0.0.100/24" is 10.0.0.100.
bool isThat(const QString &cidr, const QString &ip)
{
    const QHostAddress one(cidr.section(QLatin1Char('/'), 0, 0)), other(ip);
    return !one.isNull() && one == other;
}

/// keepalived.conf(5): words, and blocks in braces behind some of them; a statement ends with its line.
class KeepalivedReader {
public:
    explicit KeepalivedReader(const QString &ip)
        : m_ip(ip)
    {
    }

    void line(const QString &text)
    {
        static const QRegularExpression word(QStringLiteral("[{}]|[^\\s{}]+"));
        bool first = true;
        auto all = word.globalMatch(text);
        while (all.hasNext()) {
            const QString one = all.next().captured();
            if (one == QLatin1String("{")) {
                m_blocks.append(std::exchange(m_words, {}));
                if (m_blocks.size() == 1) {
                    m_now = {};
                }
            } else if (one == QLatin1String("}")) {
                statement();
                leave();
            } else {
                if (first) { // the one before had no brace
                    statement();
                }
                m_words.append(one);
            }
            first = false;
        }
    }

    /// The instance that has the address. A group tracks for its members.
    void into(OwnerFacts &owner) const
    {
        if (owner.problem.isEmpty() && !m_notRead.isEmpty() &&
            std::none_of(m_parts.begin(), m_parts.end(), [](const Part &part) { return part.has; })) {
            owner.problem = tr("it has %1 among its addresses, which is not resolved").arg(m_notRead);
        }
        for (const Part &part : m_parts) {
            if (part.has) {
                owner.has = true;
                owner.part = QStringLiteral("vrrp_instance ") + part.name;
                owner.wants = part.wants;
                owner.follows = part.tracks || std::any_of(m_groups.begin(), m_groups.end(), [&part](const Part &one) {
                                    return one.tracks && one.members.contains(part.name);
                                });
                return;
            }
        }
    }

private:
    struct Part {
        QString name;
        QStringList wants;
        QStringList members;
        bool has = false;
        bool tracks = false;
    };

    void statement()
    {
        const QStringList words = std::exchange(m_words, {});
        if (words.isEmpty() || m_blocks.isEmpty()) {
            return;
        }
        const QString inner = m_blocks.size() > 1 ? m_blocks.last().value(0) : QString();
        static const QStringList shown{QStringLiteral("state"), QStringLiteral("priority"),
                                       QStringLiteral("nopreempt")};
        if (inner.startsWith(QLatin1String("virtual_ipaddress"))) {
            m_now.has = m_now.has || isThat(words.first(), m_ip);
            // A definition, or a line for one host alone: keepalived itself knows what comes of it.
            if (words.first().startsWith(QLatin1Char('$')) || words.first().startsWith(QLatin1Char('@'))) {
                m_notRead = words.first();
            }
        } else if (inner == QLatin1String("group")) {
            m_now.members += words;
        } else if (inner == QLatin1String("track_script") || inner == QLatin1String("track_process") ||
                   inner == QLatin1String("track_file")) {
            m_now.tracks = true;
        } else if (inner.isEmpty() && shown.contains(words.first())) {
            m_now.wants.append(words.join(QLatin1Char(' ')));
        }
    }

    void leave()
    {
        if (m_blocks.isEmpty()) {
            return;
        }
        const QStringList header = m_blocks.takeLast();
        if (m_blocks.isEmpty()) {
            m_now.name = header.value(1);
            if (header.value(0) == QLatin1String("vrrp_instance")) {
                m_parts.push_back(m_now);
            } else if (header.value(0) == QLatin1String("vrrp_sync_group")) {
                m_groups.push_back(m_now);
            }
        }
    }

    QString m_ip;
    QString m_notRead;
    QStringList m_words;
    QList<QStringList> m_blocks;
    Part m_now;
    std::vector<Part> m_parts;
    std::vector<Part> m_groups;
};

/// A plain scalar of YAML, on one line.
QString scalar(QString text)
{
    text = text.trimmed();
    const QChar quote = text.isEmpty() ? QChar() : text.front();
    if (quote == QLatin1Char('"') || quote == QLatin1Char('\'')) {
        const qsizetype end = text.indexOf(quote, 1);
        return end < 0 ? QString() : text.mid(1, end - 1);
    }
    const qsizetype comment = text.indexOf(QStringLiteral(" #"));
    return (comment < 0 ? text : text.left(comment)).trimmed();
}

/// What vip-manager works with; the first that says it counts. Older names stand for the newer ones (its config.go).
class VipManagerReader {
public:
    void take(const QString &key, const QString &value)
    {
        static const QHash<QString, QString> newer{
            {QStringLiteral("key"), QStringLiteral("trigger-key")},
            {QStringLiteral("nodename"), QStringLiteral("trigger-value")},
            {QStringLiteral("host"), QStringLiteral("trigger-value")},
            {QStringLiteral("type"), QStringLiteral("dcs-type")},
            {QStringLiteral("endpoint_type"), QStringLiteral("dcs-type")},
        };
        const QString name = newer.value(key, key);
        if (!m_values.contains(name) && !value.isEmpty()) {
            m_values.insert(name, value);
        }
    }

    void into(OwnerFacts &owner, const QString &ip) const
    {
        owner.has = isThat(m_values.value(QStringLiteral("ip")), ip);
        owner.part = m_values.value(QStringLiteral("trigger-key"));
        const QString value = m_values.value(QStringLiteral("trigger-value"));
        owner.wants = value.isEmpty() ? QStringList() : QStringList{value};
        owner.asksPatroni = m_values.value(QStringLiteral("dcs-type")) == QLatin1String("patroni");
        owner.follows = owner.asksPatroni || owner.part.endsWith(QLatin1String("/leader"));
    }

private:
    QHash<QString, QString> m_values;
};

OwnerFacts ownerFrom(const QString &node, const QString &ip, const QString &name, const QStringList &lines)
{
    OwnerFacts owner{.node = node, .owner = name};
    KeepalivedReader keepalived(ip);
    VipManagerReader vipManager;
    for (const QString &line : lines) {
        const QString word = line.section(QLatin1Char(' '), 0, 0), rest = line.section(QLatin1Char(' '), 1);
        if (word == QLatin1String("file")) {
            owner.file = rest;
        } else if (word == QLatin1String("unread")) {
            owner.problem = rest;
        } else if (word == QLatin1String("test")) {
            owner.complaint += (owner.complaint.isEmpty() ? QString() : QStringLiteral("; ")) + rest.trimmed();
        } else if (name == QLatin1String("keepalived") && word == QLatin1String("conf")) {
            keepalived.line(rest);
        } else if (name == QLatin1String("vip-manager")) {
            const QString key = rest.section(QLatin1Char(' '), 0, 0), value = rest.section(QLatin1Char(' '), 1);
            vipManager.take(key, word == QLatin1String("conf") ? scalar(value) : value);
        }
    }
    if (name == QLatin1String("keepalived")) {
        keepalived.into(owner);
    } else {
        vipManager.into(owner, ip);
    }
    owner.problem = owner.has ? QString() : owner.problem;
    return owner;
}

} // namespace

std::vector<OwnerFacts> ownersFrom(const QString &node, const QString &ip, const QString &output)
{
    static const QStringList known{QStringLiteral("keepalived"), QStringLiteral("vip-manager")};
    std::vector<OwnerFacts> owners;
    QString name;
    QStringList lines;
    const auto add = [&] {
        if (known.contains(name)) {
            owners.push_back(ownerFrom(node, ip, name, lines));
        }
        lines.clear();
    };
    const QStringList all = output.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const QString &line : all) {
        if (line.startsWith(QLatin1String("owner "))) {
            add();
            name = line.mid(6).trimmed();
        } else {
            lines.append(line);
        }
    }
    add();
    return owners;
}

const OwnerFacts *strangerAmong(const Facts &facts, const QString &provider)
{
    for (const OwnerFacts &one : facts.owners) {
        if (one.has && one.owner != provider) {
            return &one;
        }
    }
    return nullptr;
}

const OwnerFacts *ownerOn(const Facts &facts, const QString &provider, const QString &node)
{
    const OwnerFacts *found = nullptr;
    for (const OwnerFacts &one : facts.owners) {
        if (one.node == node && one.owner == provider && (!found || one.has)) {
            found = &one;
        }
    }
    return found;
}

QString partText(const OwnerFacts &owner)
{
    if (owner.owner == QLatin1String("keepalived")) {
        return (QStringList{owner.part} + owner.wants).join(QStringLiteral(", "));
    }
    if (owner.asksPatroni) {
        return tr("watches Patroni, %1").arg(owner.part);
    }
    return tr("watches %1 for %2").arg(owner.part, owner.wants.value(0, tr("its host's name")));
}

QString shortText(const OwnerFacts &owner)
{
    if (owner.owner == QLatin1String("keepalived")) {
        return (QStringList{owner.part.section(QLatin1Char(' '), -1)} + owner.wants.filter(QStringLiteral("priority")))
            .join(QStringLiteral(", "));
    }
    return owner.asksPatroni ? tr("asks its Patroni") : tr("for %1").arg(owner.wants.value(0, tr("its host's name")));
}

QString ownersRemedy(const cluster::AddressConfig &address, const QString &node)
{
    const QString there = node.isEmpty() ? tr("each node") : node;
    if (address.provider == QLatin1String("keepalived")) {
        return tr("keepalived moves it, nobody else: see on %1 its log, and what its track script says.").arg(there);
    }
    if (address.provider == QLatin1String("vip-manager")) {
        return tr("vip-manager moves it, nobody else: see on %1 its log, and whether it reaches the key that it "
                  "watches.")
            .arg(there);
    }
    return {};
}

} // namespace howdah::operations::address
