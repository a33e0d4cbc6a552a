// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDeadlineTimer>
#include <QHash>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>
#include <memory>
#include <utility>
#include <vector>

#include "support/labprocess.h"

namespace howdah::integration {

/// One thing that a runbook's page wants done: the line that says where and until when, what is sent there, and what to
/// keep of the answer.
struct PageItem {
    QString text;
    QString code;
    QStringList keep;
};

/// A part of the page: its heading, and the lines over its items.
struct PagePart {
    QString heading; ///< "#### 8. Stop pg1, fast"
    QString title;   ///< "Do:"; empty: what stands right under the heading
    std::vector<PageItem> items;
};

/// Takes a page apart, in its order.
inline std::vector<PagePart> partsOf(const QString &page)
{
    std::vector<PagePart> parts;
    QString heading, fence;
    for (const QString &line : page.split(QLatin1Char('\n'))) {
        PageItem *last = parts.empty() || parts.back().items.empty() ? nullptr : &parts.back().items.back();
        if (!fence.isEmpty()) {
            if (line == fence) {
                fence.clear();
                last->code.chop(1);
            } else {
                last->code += line + QLatin1Char('\n');
            }
        } else if (line.startsWith(QLatin1String("````"))) {
            fence = line.left(line.lastIndexOf(QLatin1Char('`')) + 1);
        } else if (line.startsWith(QLatin1Char('#'))) {
            heading = line;
            parts.push_back({heading, {}, {}});
        } else if (line.startsWith(QLatin1String("- "))) {
            parts.back().items.push_back({line.sliced(2), {}, {}});
        } else if (last && (line.startsWith(QLatin1String("Keep the column ")) ||
                            line.startsWith(QLatin1String("Of what it says keep ")))) {
            last->keep.append(line);
        } else if (!line.isEmpty()) {
            parts.push_back({heading, line, {}});
        }
    }
    return parts;
}

/// A person with the page in hand, a psql for each node, and a shell on each host: knows nothing but what it says.
class ByHand {
public:
    explicit ByHand(const QString &page)
        : m_parts(partsOf(page))
    {
        for (const PagePart &part : m_parts) {
            auto &places = part.title.startsWith(QLatin1String("Statements are for psql")) ? m_psql
                           : part.title.startsWith(QLatin1String("Commands are for"))      ? m_hosts
                                                                                           : m_none;
            for (const PageItem &item : part.items) {
                places.insert(item.text.chopped(1), item.code);
            }
        }
    }
    ~ByHand()
    {
        for (const auto &psql : std::as_const(m_open)) {
            psql->closeWriteChannel();
            psql->waitForFinished(10'000);
        }
    }
    Q_DISABLE_COPY_MOVE(ByHand)

    /// Does what comes before the first step, then the steps up to that number.
    bool follow(int lastStep = 1000)
    {
        static const QRegularExpression again(QStringLiteral("again right before step (\\d+)"));
        static const QRegularExpression number(QStringLiteral("^#### (\\d+)\\. "));
        const PagePart *guards = nullptr;
        int anew = 0, begun = 0;
        for (const PagePart &part : m_parts) {
            const QRegularExpressionMatch step = number.match(part.heading);
            if (part.title.startsWith(QLatin1String("Keep the answers")) ||
                part.title.startsWith(QLatin1String("These must be so now"))) {
                guards = part.title.startsWith(QLatin1Char('T')) ? &part : guards;
                anew = again.match(part.title).captured(1).toInt();
                m_isBefore = true;
                if (!all(part)) {
                    return false;
                }
                m_isBefore = false;
            } else if (step.hasMatch() && step.captured(1).toInt() <= lastStep &&
                       (part.title == QLatin1String("Do:") || part.title == QLatin1String("Proved when:"))) {
                if (step.captured(1).toInt() == anew && begun != anew && !all(*guards)) {
                    return false;
                }
                begun = step.captured(1).toInt();
                if (!all(part)) {
                    return false;
                }
            }
        }
        m_begun = begun;
        return guards && begun > 0 ? true : failed(QStringLiteral("there is nothing to go by"));
    }

    /// Takes back what was begun.
    bool takeBack()
    {
        static const QRegularExpression number(QStringLiteral("^#### Back from step (\\d+): "));
        int gone = 0;
        for (const PagePart &part : m_parts) {
            const QRegularExpressionMatch step = number.match(part.heading);
            const bool first =
                part.heading == QLatin1String("## Taking it back") && part.title == QLatin1String("First of all:");
            if ((first || (step.hasMatch() && step.captured(1).toInt() <= m_begun)) && !all(part)) {
                return false;
            }
            gone += step.hasMatch() ? 1 : 0;
        }
        return gone > 0 ? true : failed(QStringLiteral("there is no way back"));
    }

    QString why() const { return m_why; }
    int commandsRun() const { return m_commandsRun; }
    int statementsSent() const { return m_statementsSent; }
    int passwordsPut() const { return m_passwordsPut; }

private:
    bool failed(const QString &why)
    {
        m_why = why;
        return false;
    }

    bool all(const PagePart &part)
    {
        bool leftOut = false;
        for (const PageItem &item : part.items) {
            if (leftOut) { // "leave it out"
                leftOut = false;
                continue;
            }
            const bool asks = item.text.contains(QLatin1String("Only where the first column is `t` send what follows"));
            const auto done = perform(item);
            if (asks && done && !*done) {
                leftOut = true;
            } else if (!done || !*done) {
                return failed(QStringLiteral("%1, %2: %3\n%4")
                                  .arg(part.heading, item.text.left(300), m_why.left(300), item.code.left(300)));
            }
        }
        return true;
    }

    /// Whether it came out as it must; nothing: it could not be sent.
    std::optional<bool> perform(const PageItem &item)
    {
        static const QRegularExpression inPsql(QStringLiteral("^In psql of ([a-z0-9]+)(, database [a-z0-9]+)?[:.]"));
        static const QRegularExpression onHost(QStringLiteral("^On the host of ([a-z0-9]+)(, as root)?[:.]"));
        static const QRegularExpression until(
            QStringLiteral("Repeat it until .*, for at most ([0-9.]+) (ms|s|min|h)[.:]"));
        const QRegularExpressionMatch repeated = until.match(item.text);
        const QString unit = repeated.captured(2);
        const qint64 span =
            static_cast<qint64>(repeated.captured(1).toDouble() * (unit == QLatin1String("ms")    ? 1
                                                                   : unit == QLatin1String("min") ? 60'000
                                                                                                  : 1000));
        // On a busy machine a person has more patience than the page asks for.
        const QDeadlineTimer deadline(repeated.hasMatch() ? span + 60'000 : 0);
        const QString code = filled(item);
        if (code.isEmpty()) {
            return {};
        }
        for (;;) {
            std::optional<bool> held;
            if (const QRegularExpressionMatch where = inPsql.match(item.text); where.hasMatch()) {
                held = asked(where.captured(1) + where.captured(2), code, item);
            } else if (const QRegularExpressionMatch host = onHost.match(item.text); host.hasMatch()) {
                held = run(host.captured(1) + host.captured(2), code, item);
            } else {
                m_why = QStringLiteral("nobody says where");
                return {};
            }
            if (!held || *held || deadline.hasExpired()) {
                return held;
            }
            QTest::qWait(20);
        }
    }

    /// What is sent, with all that a person has to fill in.
    QString filled(const PageItem &item)
    {
        static const QRegularExpression secret(QStringLiteral(
            "Where what ([a-z0-9]+) (answers|had answered) to `([^`]+)`.* has a password in it, add that between the "
            "quotes"));
        static const QRegularExpression password(QStringLiteral("\\bpassword=('(?:[^'\\\\]|\\\\.)*'|\\S+)"));
        QString code = withValues(item.code);
        if (const QRegularExpressionMatch match = secret.match(item.text); match.hasMatch()) {
            const QString sql = match.captured(3) + QLatin1Char(';');
            const QString answer = match.captured(2) == QLatin1String("answers")
                                       ? send(match.captured(1), sql).section(QLatin1Char('\n'), 1, 1)
                                       : m_kept.value(match.captured(1) + QLatin1Char('\n') + sql);
            if (QString found = password.match(answer).captured(); !found.isEmpty()) {
                found.replace(QLatin1Char('\''), QLatin1String("''"));
                static const QRegularExpression end(QStringLiteral("(primary_conninfo = '[^\n]*)';"));
                code.replace(end, QStringLiteral("\\1 %1';").arg(found));
                ++m_passwordsPut;
            }
        }
        static const QRegularExpression open(QStringLiteral("<[a-z]+( [a-z]+)+>|\\*{8}"));
        if (const QRegularExpressionMatch match = open.match(code); match.hasMatch()) {
            m_why = QStringLiteral("nobody says what %1 is").arg(match.captured());
            return {};
        }
        return code;
    }

    QString withValues(QString text) const
    {
        for (auto it = m_values.cbegin(); it != m_values.cend(); ++it) {
            text.replace(it.key(), it.value());
        }
        return text;
    }

    std::optional<bool> asked(const QString &node, const QString &sql, const PageItem &item)
    {
        const QString answer = send(node, sql);
        if (answer.isNull()) {
            return {};
        }
        m_why = answer;
        const QStringList lines = answer.split(QLatin1Char('\n'));
        if (m_isBefore) {
            m_kept.insert(node + QLatin1Char('\n') + sql, lines.value(1));
        }
        static const QRegularExpression must(QStringLiteral("first column (is|must be) `t`"));
        if (answer.contains(QLatin1String("ERROR:")) || answer.contains(QLatin1String("could not connect"))) {
            return false;
        }
        if (must.match(item.text).hasMatch() && lines.value(1).section(QLatin1Char('|'), 0, 0) != QLatin1String("t")) {
            return false;
        }
        static const QRegularExpression column(QStringLiteral("^Keep the column `(.+)` of the answer as `(<.+>)`\\.$"));
        for (const QString &keep : item.keep) {
            const QRegularExpressionMatch match = column.match(keep);
            const qsizetype at = lines.value(0).split(QLatin1Char('|')).indexOf(match.captured(1));
            if (!match.hasMatch() || at < 0) {
                m_why = QStringLiteral("%1 in %2?").arg(keep, answer);
                return {};
            }
            m_values.insert(match.captured(2), lines.value(1).split(QLatin1Char('|')).value(at));
        }
        return true;
    }

    std::optional<bool> run(const QString &host, const QString &command, const PageItem &item)
    {
        if (!m_hosts.contains(host)) {
            m_why = QStringLiteral("nobody says how to get to the host of %1").arg(host);
            return {};
        }
        ++m_commandsRun;
        const testsupport::Output output = testsupport::run({QStringLiteral("sh"), QStringLiteral("-c"),
                                                             m_hosts.value(host) + QStringLiteral(" \"$1\" </dev/null"),
                                                             QStringLiteral("sh"), command},
                                                            120'000);
        m_why = QString::fromUtf8(output.out + output.err);
        const QString said = QString::fromUtf8(output.out);
        bool held = output.ok();
        static const QRegularExpression inCode(QStringLiteral("`([^`]+)`"));
        const qsizetype must = item.text.indexOf(QLatin1String("Lines of its output must match"));
        for (auto it = inCode.globalMatch(must < 0 ? QString() : item.text.sliced(must)); it.hasNext();) {
            held = held && matched(withValues(it.next().captured(1)), said).hasMatch();
        }
        static const QRegularExpression takes(
            QStringLiteral("^Of what it says keep what the parentheses of `(.+)` take in as `(<.+>)`\\.$"));
        for (const QString &keep : held ? item.keep : QStringList()) {
            const QRegularExpressionMatch match = takes.match(keep);
            const QString value = matched(match.captured(1), said).captured(1);
            if (!match.hasMatch() || value.isEmpty()) {
                m_why = QStringLiteral("%1 in %2?").arg(keep, said);
                return {};
            }
            m_values.insert(match.captured(2), value);
        }
        return held;
    }

    static QRegularExpressionMatch matched(const QString &pattern, const QString &text)
    {
        return QRegularExpression(pattern, QRegularExpression::MultilineOption).match(text);
    }

    /// What psql says: a header, then the rows, the columns between bars. Opened anew where its server has ended it.
    QString send(const QString &node, const QString &sql)
    {
        if (!m_psql.contains(node)) {
            m_why = QStringLiteral("nobody says how to get to psql of %1").arg(node);
            return {};
        }
        ++m_statementsSent;
        std::shared_ptr<QProcess> &psql = m_open[node];
        QByteArray said;
        for (int attempt = 0; attempt < 2; ++attempt) {
            if (!psql || psql->state() != QProcess::Running) {
                psql = std::make_shared<QProcess>();
                psql->setProcessChannelMode(QProcess::MergedChannels);
                psql->start(QStringLiteral("sh"),
                            {QStringLiteral("-c"), QStringLiteral("exec ") + m_psql.value(node) +
                                                       QStringLiteral(" -A -F '|' -P footer=off")});
                psql->waitForStarted();
            }
            said.clear();
            psql->write(sql.toUtf8() + "\nSELECT 'that was' || ' all';\n");
            while (!said.contains("that was all") && psql->waitForReadyRead(120'000)) {
                said += psql->readAll();
            }
            psql->waitForFinished(said.contains("that was all") ? 0 : 5000);
            said += psql->readAll();
            if (said.contains("that was all")) {
                break;
            }
        }
        const qsizetype end = said.indexOf("?column?\nthat was all");
        m_why = QString::fromUtf8(said);
        return end < 0 ? QString() : QString::fromUtf8("" + said.left(end));
    }

    std::vector<PagePart> m_parts;
    QHash<QString, QString> m_psql, m_hosts, m_none; ///< what leads there
    QHash<QString, std::shared_ptr<QProcess>> m_open;
    QHash<QString, QString> m_values; ///< by "<shutdown lsn>"
    QHash<QString, QString> m_kept;   ///< first rows of what was to be kept, by node and statement
    QString m_why;
    int m_begun = 0;
    int m_commandsRun = 0;
    int m_statementsSent = 0;
    int m_passwordsPut = 0;
    bool m_isBefore = false;
};

} // namespace howdah::integration
