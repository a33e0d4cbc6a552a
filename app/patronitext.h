// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>

#include "operations/patroni/patroniplans.h"

namespace howdah::app {

/// What `patroni CLUSTER status`, `history` and `config` print, as text and as JSON. An unknown value is "?" or null;
/// what is named like a password's is masked.
QString statusText(const operations::patroni::PatroniFacts &facts);
QJsonObject statusJson(const operations::patroni::PatroniFacts &facts);
QString historyText(const std::vector<managers::PatroniTurn> &turns);
QJsonObject historyJson(const std::vector<managers::PatroniTurn> &turns);
QString configText(const QJsonObject &config);
QJsonObject configJson(const QJsonObject &config);

/// A change before it is made: lines with - and +.
QString differenceText(const std::vector<operations::patroni::Difference> &changes);
QJsonObject differenceJson(const std::vector<operations::patroni::Difference> &changes);

} // namespace howdah::app
