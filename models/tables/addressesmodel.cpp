// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/addressesmodel.h"

#include <QDateTime>
#include <QRegularExpression>
#include <algorithm>

#include "tables/cells.h"

namespace howdah::tables {

using cluster::Verdict;
using operations::address::Sight;
using operations::address::Sights;
using operations::address::Truth;

namespace {

Cell holderCell(const Sight &sight)
{
    const Truth &truth = sight.truth;
    if (truth.holders.isEmpty()) {
        return truth.holderKnown ? stateCell(Verdict::Critical, AddressesModel::tr("nobody")) : nonValue(unknown());
    }
    Cell cell = textCell(truth.holders.join(QStringLiteral(", ")));
    // Gateways may lead readers to several.
    const bool several =
        truth.holders.size() > 1 && (truth.gateways.empty() || sight.address.follows == QLatin1String("primary"));
    cell.verdict = several                                       ? Verdict::Critical
                   : truth.holderKnown || truth.gateways.empty() ? Verdict::Ok
                                                                 : Verdict::Unknown;
    return cell;
}

Cell answerCell(const Sight &sight)
{
    if (sight.askedMs == 0) {
        return nonValue(unknown());
    }
    if (!sight.facts.error.isEmpty()) {
        Cell cell = stateCell(Verdict::Unknown, AddressesModel::tr("nobody"));
        cell.toolTip = sight.facts.error;
        return cell;
    }
    const QString who = sight.truth.answers.isEmpty() ? AddressesModel::tr("none of the nodes") : sight.truth.answers;
    const QString role = sight.facts.writable ? AddressesModel::tr("primary") : AddressesModel::tr("standby");
    return stateCell(sight.truth.verdict, QStringLiteral("%1, %2").arg(who, role));
}

/// Whether writes land where they are meant to: on an address for readers they are not meant to land at all.
Cell writesCell(const Sight &sight)
{
    if (sight.askedMs == 0 || !sight.facts.error.isEmpty()) {
        return nonValue(unknown());
    }
    const bool takes = sight.facts.writable && !sight.facts.readOnly;
    const bool wanted = sight.address.follows == QLatin1String("primary");
    if (takes == wanted) {
        return stateCell(Verdict::Ok, takes ? AddressesModel::tr("yes") : AddressesModel::tr("no, as wanted"));
    }
    return stateCell(takes ? Verdict::Warning : Verdict::Critical,
                     takes ? AddressesModel::tr("yes, unwanted") : AddressesModel::tr("no"));
}

/// Where a name is wanted, whether the certificate is for it; else only that it is encrypted.
Cell tlsCell(const Sight &sight)
{
    const operations::address::Certificate &shown = sight.facts.certificate;
    if (sight.askedMs == 0 || !sight.facts.error.isEmpty()) {
        return nonValue(unknown());
    }
    if (sight.facts.tls.isEmpty()) {
        return nonValue(AddressesModel::tr("not encrypted"));
    }
    if (shown.isKnown() && shown.expires < sight.facts.askedAt) {
        return stateCell(Verdict::Warning, AddressesModel::tr("expired"));
    }
    if (sight.address.host.isEmpty() || !shown.isKnown()) {
        return textCell(sight.facts.tls);
    }
    return isFor(shown, sight.address.host) ? stateCell(Verdict::Ok, AddressesModel::tr("matches"))
                                            : stateCell(Verdict::Warning, AddressesModel::tr("other name"));
}

Cell connectCell(const Sight &sight)
{
    return sight.facts.answerMs
               ? Cell{.text = QStringLiteral("%1 ms").arg(*sight.facts.answerMs), .sort = *sight.facts.answerMs}
               : nonValue(unknown());
}

} // namespace

AddressesModel::AddressesModel(QObject *parent)
    : KeyedTableModel(
          {{.key = QStringLiteral("address"), .title = tr("Address"), .width = 24},
           {.key = QStringLiteral("follows"), .title = tr("Follows"), .width = 10},
           {.key = QStringLiteral("provider"), .title = tr("Moved by"), .width = 13},
           {.key = QStringLiteral("holder"),
            .title = tr("Holder"),
            .toolTip = tr("Whose host, or whose machine, has it, or to whom its gateways lead"),
            .width = 14},
           {.key = QStringLiteral("answers"),
            .title = tr("Answers"),
            .toolTip = tr("Whose server answered when this console connected to it"),
            .width = 18},
           {.key = QStringLiteral("writes"), .title = tr("Takes writes"), .width = 15},
           {.key = QStringLiteral("tls"),
            .title = tr("TLS"),
            .toolTip = tr("Whether it is encrypted, and the certificate is for the address's host"),
            .width = 13,
            .givesWay = 1},
           {.key = QStringLiteral("connect"),
            .title = tr("Connect"),
            .toolTip = tr("From nothing to the answer, as this machine sees it"),
            .width = 10,
            .number = true,
            .fixed = true},
           {.key = QStringLiteral("moved"), .title = tr("Last move"), .width = 14, .number = true, .stretch = true}},
          parent)
{
}

void AddressesModel::setSights(const Sights &sights, const std::vector<AddressMove> &moves, qint64 nowWallMs)
{
    std::vector<Row> rows;
    for (const Sight &sight : sights) {
        Row row;
        row.key = sight.address.name;
        Cell name = nameCell(sight.address.name);
        name.icon = QStringLiteral("address");
        name.secondary = sight.address.ip;
        const auto move = std::find_if(moves.begin(), moves.end(),
                                       [&sight](const AddressMove &one) { return one.address == sight.address.name; });
        row.cells = {name,
                     textCell(sight.address.follows),
                     textCell(sight.address.provider),
                     holderCell(sight),
                     answerCell(sight),
                     writesCell(sight),
                     tlsCell(sight),
                     connectCell(sight),
                     move == moves.end() ? nonValue(tr("none"), tr("The journal has none"))
                                         : timeCell(QDateTime::fromMSecsSinceEpoch(move->atMs, Qt::UTC), nowWallMs)};
        rows.push_back(std::move(row));
    }
    merge(std::move(rows));
}

AddressMovesModel::AddressMovesModel(QObject *parent)
    : KeyedTableModel({{.key = QStringLiteral("at"), .title = tr("When"), .width = 16, .fixed = true},
                       {.key = QStringLiteral("address"), .title = tr("Address"), .width = 14},
                       {.key = QStringLiteral("from"), .title = tr("From"), .width = 12},
                       {.key = QStringLiteral("to"), .title = tr("To"), .width = 12},
                       {.key = QStringLiteral("by"), .title = tr("By"), .width = 14},
                       {.key = QStringLiteral("took"),
                        .title = tr("Took"),
                        .toolTip = tr("The step that moved it, the proof of who answers included"),
                        .width = 10,
                        .number = true,
                        .fixed = true},
                       {.key = QStringLiteral("operation"), .title = tr("Operation"), .width = 28, .stretch = true}},
                      parent)
{
}

void AddressMovesModel::setMoves(const std::vector<AddressMove> &moves, qint64 nowWallMs)
{
    std::vector<Row> rows;
    for (const AddressMove &move : moves) {
        Row row;
        row.key = move.operation + QLatin1Char('/') + move.address;
        row.cells = {timeCell(QDateTime::fromMSecsSinceEpoch(move.atMs, Qt::UTC), nowWallMs),
                     nameCell(move.address),
                     textCell(move.from, unknown()),
                     textCell(move.to, unknown()),
                     textCell(move.by == QLatin1String("address") ? tr("by itself") : move.by),
                     secondsCell(move.tookMs ? std::optional(static_cast<double>(*move.tookMs) / 1000) : std::nullopt),
                     textCell(move.operation)};
        rows.push_back(std::move(row));
    }
    merge(std::move(rows));
}

namespace {

/// When an address began to move whose own step began then: where gateways have led it there, each in a step of its
/// own, that was before.
qint64 begunMs(const operations::Operation &operation, const QString &address, qint64 startedMs)
{
    static const QRegularExpression gateway(QStringLiteral("^gateway_[0-9]+_"));
    for (std::size_t i = 0; i < operation.steps.size() && i < operation.plan.steps.size(); ++i) {
        const QString &id = operation.plan.steps[i].id;
        const QRegularExpressionMatch match = gateway.match(id);
        const bool ours = match.hasMatch() && id.mid(match.capturedLength()) == address;
        if (ours && operation.steps[i].startedMs > 0) {
            startedMs = std::min(startedMs, operation.steps[i].startedMs);
        }
    }
    return startedMs;
}

} // namespace

std::vector<AddressMove> addressMoves(const operations::JournalState &journal)
{
    const QString prefix = QStringLiteral("address_");
    std::vector<AddressMove> moves;
    for (const auto &one : journal.operations) {
        for (std::size_t i = 0; i < one->steps.size() && i < one->plan.steps.size(); ++i) {
            const operations::StepRecord &record = one->steps[i];
            const QString &id = one->plan.steps[i].id;
            if (record.state == operations::StepState::Done && id.startsWith(prefix)) {
                const QString address = id.mid(prefix.size());
                const qint64 begun = record.startedMs > 0 ? begunMs(*one, address, record.startedMs) : 0;
                moves.push_back({record.endedMs, address, one->plan.from, one->plan.to, one->plan.operation,
                                 begun > 0 ? std::optional(record.endedMs - begun) : std::nullopt, one->id});
            }
        }
    }
    std::stable_sort(moves.begin(), moves.end(),
                     [](const AddressMove &a, const AddressMove &b) { return a.atMs > b.atMs; });
    return moves;
}

QString addressesSummary(const Sights &sights)
{
    if (sights.empty()) {
        return {};
    }
    const QString count =
        sights.size() == 1 ? AddressesModel::tr("1 address") : AddressesModel::tr("%1 addresses").arg(sights.size());
    return AddressesModel::tr(
               "%1, asked every few seconds: who holds it, who claims it, who answers, where writes land")
        .arg(count);
}

} // namespace howdah::tables
