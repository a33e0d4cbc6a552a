// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QStringList>
#include <vector>

#include "core/error.h"

namespace howdah::managers {

/// GET /config: the settings that all members share, with Patroni's own defaults for what is left out.
/// https://patroni.readthedocs.io/en/latest/dynamic_configuration.html
struct PatroniConfig {
    int loopWaitS = 10;
    int ttlS = 30;
    int primaryStopTimeoutS = 0;           ///< 0: a stop may take as long as it likes
    qint64 maximumLagOnFailover = 1 << 20; ///< bytes
    bool synchronousMode = false;
    bool quorum = false; ///< synchronous_mode: quorum
    bool standbyCluster = false;
    QStringList slotNames; ///< permanent slots, which Patroni keeps on whoever leads
    QJsonObject whole;     ///< as it is; may hold what is secret

    bool operator==(const PatroniConfig &) const = default;
};

core::Result<PatroniConfig> parsePatroniConfig(const QByteArray &json);

/// One line of GET /history: how a timeline ended.
struct PatroniTurn {
    int timeline = 0; ///< that ended
    qint64 lsn = 0;
    QString reason;
    QString at;     ///< as Patroni writes it; empty where it does not know
    QString leader; ///< of the next timeline; empty where it does not know
};

core::Result<std::vector<PatroniTurn>> parsePatroniHistory(const QByteArray &json);

/// change laid over config as PATCH /config does it: null takes a key away, objects are merged.
QJsonObject patched(QJsonObject config, const QJsonObject &change);

/// The change that makes after of before: patched(before, it) is after, where that holds no null.
QJsonObject changeBetween(const QJsonObject &before, const QJsonObject &after);

/// The objects within it flattened, one "a.b.c" a value, in the order of the keys; values as JSON.
std::vector<std::pair<QString, QString>> flattened(const QJsonObject &config);

/// True for a key whose value must not be shown: password, secret, token, …
bool isSecretKey(const QString &key);

} // namespace howdah::managers
