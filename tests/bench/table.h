// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

namespace howdah::bench {

/// The figures of one benchmark as lines for people: what, how much, against what, the ratio, and whether it holds.
class Table {
public:
    explicit Table(QString title)
        : m_title(std::move(title))
    {
    }

    /// A figure that must not be above a limit.
    void limit(const QString &figure, double value, double limit, const QString &unit);
    /// A figure beside a peer's, measured in the same run. It has no limit, so it is never "over".
    void peer(const QString &figure, double value, const QString &peerName, double peerValue, const QString &unit);
    /// A figure that stands for itself.
    void plain(const QString &figure, double value, const QString &unit);

    /// To standard output. True when nothing is over its limit.
    bool print() const;

private:
    struct Line {
        QString figure, value, against, ratio, result;
    };
    QString m_title;
    std::vector<Line> m_lines;
    bool m_over = false;
};

} // namespace howdah::bench
