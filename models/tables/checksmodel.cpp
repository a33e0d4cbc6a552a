// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "tables/cells.h"
#include "tables/operationmodels.h"

namespace howdah::tables {

using cluster::Verdict;
using operations::Check;
using operations::CheckResult;
using operations::ProofState;

namespace {

constexpr int kOpenAtFirst = 2;

Cell plain(const QString &text, const QString &toolTip)
{
    Cell cell = textCell(text, QString());
    cell.toolTip = toolTip;
    return cell;
}

Row checkRow(const Check &check, const QString &key)
{
    Row row;
    row.key = key;
    const QString remedy = check.remedy.isEmpty() ? QString() : QLatin1Char('\n') + check.remedy;
    Cell title = stateCell(verdictOf(check.result), check.title);
    title.toolTip = check.title + remedy;
    row.cells = {title, plain(check.evidence, check.evidence + remedy)};
    if (check.result != CheckResult::Passed) {
        row.cells[1].tone = verdictOf(check.result);
    }
    return row;
}

/// "7 passed, 1 warning"
QString summary(const std::vector<Check> &checks, const QString &group)
{
    const auto count = [&](CheckResult result) {
        return std::count_if(checks.begin(), checks.end(),
                             [&](const Check &check) { return check.group == group && check.result == result; });
    };
    QStringList words;
    const auto add = [&](qint64 number, const QString &one, const QString &many) {
        if (number > 0) {
            words.append((number == 1 ? one : many).arg(number));
        }
    };
    add(count(CheckResult::Failed), ChecksModel::tr("%1 failed"), ChecksModel::tr("%1 failed"));
    add(count(CheckResult::Unknown), ChecksModel::tr("%1 unknown"), ChecksModel::tr("%1 unknown"));
    add(count(CheckResult::Passed), ChecksModel::tr("%1 passed"), ChecksModel::tr("%1 passed"));
    add(count(CheckResult::Warning), ChecksModel::tr("%1 warning"), ChecksModel::tr("%1 warnings"));
    return words.join(QStringLiteral(", "));
}

} // namespace

ChecksModel::ChecksModel(QObject *parent)
    : KeyedTableModel({{.key = QStringLiteral("check"), .title = tr("Check"), .width = 28},
                       {.key = QStringLiteral("evidence"), .title = tr("Evidence"), .width = 30, .stretch = true}},
                      parent)
{
}

void ChecksModel::setChecks(const std::vector<Check> &checks)
{
    m_checks = checks;
    update();
}

bool ChecksModel::isFolded(const QString &group) const
{
    if (const auto wanted = m_folded.constFind(group); wanted != m_folded.constEnd()) {
        return *wanted;
    }
    QStringList groups;
    bool refuses = false;
    for (const Check &check : m_checks) {
        if (!groups.contains(check.group)) {
            groups.append(check.group);
        }
        refuses = refuses || (check.group == group &&
                              (check.result == CheckResult::Failed || check.result == CheckResult::Unknown));
    }
    // The group of the cluster itself is one line.
    const auto alone = std::count_if(m_checks.begin(), m_checks.end(), [&](const Check &check) {
                           return !groups.isEmpty() && check.group == groups.first();
                       }) == 1;
    return !refuses && groups.indexOf(group) >= kOpenAtFirst + (alone ? 1 : 0);
}

void ChecksModel::toggle(const QString &key)
{
    const QString prefix = QStringLiteral("group/");
    if (key.startsWith(prefix)) {
        const QString group = key.mid(prefix.size());
        m_folded[group] = !isFolded(group);
        update();
    }
}

void ChecksModel::update()
{
    std::vector<Row> rows;
    QString group;
    QHash<QString, int> seen;
    for (const Check &check : m_checks) {
        if (check.group != group) {
            group = check.group;
            Row row;
            row.key = QStringLiteral("group/") + group;
            row.form = RowForm::Fold;
            row.cells.resize(columns().size());
            row.cells.front().text = group;
            row.cells.front().secondary = summary(m_checks, group);
            row.cells.front().radio = !isFolded(group);
            rows.push_back(std::move(row));
        }
        const int nth = ++seen[check.id];
        if (!isFolded(group)) {
            rows.push_back(checkRow(check, nth == 1 ? check.id : QStringLiteral("%1/%2").arg(check.id).arg(nth)));
        }
    }
    merge(std::move(rows));
}

int ChecksModel::count(CheckResult result) const
{
    return static_cast<int>(std::count_if(m_checks.begin(), m_checks.end(),
                                          [result](const Check &check) { return check.result == result; }));
}

ProofsModel::ProofsModel(QObject *parent)
    : KeyedTableModel({{.key = QStringLiteral("proof"), .title = tr("Proof"), .width = 28},
                       {.key = QStringLiteral("evidence"), .title = tr("Evidence"), .width = 40, .stretch = true}},
                      parent)
{
}

void ProofsModel::setProofs(const std::vector<operations::Proof> &proofs)
{
    std::vector<Row> rows;
    for (const operations::Proof &proof : proofs) {
        Row row;
        row.key = proof.id;
        Cell title = plain(proof.title, proof.title);
        Cell evidence = plain(proof.evidence, proof.evidence);
        switch (proof.state) {
        case ProofState::Shown:
            title.verdict = Verdict::Ok;
            break;
        case ProofState::Failed:
            title.verdict = Verdict::Critical;
            evidence.tone = Verdict::Critical;
            break;
        case ProofState::Asked:
            title.icon = QStringLiteral("running");
            title.nodeRole = cluster::NodeRole::Standby; // the colour of what goes on
            break;
        case ProofState::Waiting:
            title.icon = QStringLiteral("idle");
            title.nonValue = evidence.nonValue = true;
            break;
        }
        row.cells = {title, evidence};
        rows.push_back(std::move(row));
    }
    merge(std::move(rows));
}

} // namespace howdah::tables
