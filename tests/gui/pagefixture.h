// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAccessible>
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QSettings>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "cluster/health.h"
#include "history/laghistory.h"
#include "pages/page.h"
#include "pages/pageregistry.h"
#include "support/snapshots.h"
#include "theme/theme.h"

namespace howdah::testsupport {

/// What the engine would send for a Snapshot.
inline cluster::ClusterState stateOf(cluster::Snapshot snapshot)
{
    cluster::ClusterState state;
    state.snapshot = std::make_shared<const cluster::Snapshot>(std::move(snapshot));
    state.assessment = std::make_shared<const cluster::Assessment>(cluster::assess(*state.snapshot));
    return state;
}

/// What slots held so long ago: one that nobody uses has grown with all that was written, the others tremble.
inline void heldBefore(std::vector<cluster::SlotFacts> &facts, const cluster::Snapshot &snapshot, qint64 backMs)
{
    for (cluster::SlotFacts &one : facts) {
        const auto &sample = snapshot.nodes[static_cast<std::size_t>(one.node)].sample;
        const bool used = sample->replicationSlots[static_cast<std::size_t>(one.slot)].active;
        if (one.retainedBytes && used) {
            *one.retainedBytes += *one.retainedBytes / 10 * (backMs / 1000 % 7);
        } else if (one.retainedBytes) {
            one.retainedBytes = std::max<qint64>(0, *one.retainedBytes - backMs / 1000 * kWalRate);
        }
    }
}

/// A past of 15 minutes that ends with the Snapshot: small lag with one hill, so that plots have something to show.
inline history::LagHistory pastOf(const cluster::Snapshot &snapshot)
{
    history::LagHistory past;
    const cluster::ClusterState last = stateOf(snapshot);
    constexpr int kSeconds = 900;
    for (int second = 0; second < kSeconds; ++second) {
        const qint64 back = (kSeconds - second) * 1000LL;
        auto moment = std::make_shared<cluster::Snapshot>(snapshot);
        moment->takenMonotonicMs -= back;
        moment->takenWallMs -= back;
        for (cluster::NodeStatus &node : moment->nodes) {
            if (node.sample) {
                auto sample = std::make_shared<cluster::NodeSample>(*node.sample);
                sample->takenMonotonicMs -= back;
                sample->takenWallMs -= back;
                if (sample->currentLsn) {
                    sample->currentLsn->value -= static_cast<quint64>(back / 1000 * kWalRate);
                }
                node.sample = std::move(sample);
            }
        }
        auto judged = std::make_shared<cluster::Assessment>(*last.assessment);
        heldBefore(judged->slotFacts, snapshot, back);
        const double hill = std::max(0.0, 1 - std::abs(second - 500) / 60.0);
        for (cluster::StandbyLag &lag : judged->lag) {
            const double more = 1 + 0.1 * std::sin(second * 0.7) + 40 * hill;
            const auto grow = [&](auto &number) {
                if (number) {
                    number = static_cast<std::remove_reference_t<decltype(*number)>>(*number * more);
                }
            };
            grow(lag.bytes);
            grow(lag.seconds);
            grow(lag.stages.replay);
            grow(lag.stages.replaySeconds);
        }
        past.add({std::move(moment), std::move(judged)});
    }
    past.add(last);
    return past;
}

inline std::unique_ptr<pages::Page> makePage(const QString &id)
{
    for (const pages::PageEntry &entry : pages::pageRegistry()) {
        if (entry.id == id) {
            return std::unique_ptr<pages::Page>(entry.make(nullptr));
        }
    }
    return {};
}

/// The room a page has in a window of 1280 by 800: what is left beside navigator, menu, toolbar, strip and status bar.
inline constexpr QSize kSmallPage(1064, 652);
/// The same of 2560 by 1440.
inline constexpr QSize kLargePage(2344, 1292);

/// Settings of the test go to a directory that is gone afterwards.
inline void isolateSettings(const QTemporaryDir &directory)
{
    QCoreApplication::setOrganizationName(QStringLiteral("howdah-test"));
    QCoreApplication::setApplicationName(QStringLiteral("howdah-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, directory.path());
}

/// What a test of a page does once: settings of its own, the light theme.
inline void preparePages(const QTemporaryDir &settings)
{
    isolateSettings(settings);
    theme::Theme::instance().install(*qApp);
    theme::Theme::instance().setMode(theme::Mode::Light);
}

/// A page as in a small window, shown.
inline std::unique_ptr<pages::Page> shownPage(const QString &id)
{
    std::unique_ptr<pages::Page> page = makePage(id);
    page->resize(kSmallPage);
    page->show();
    return page;
}

/// Pictures of the page, light and dark, small and large, into $HOWDAH_TEST_PICTURES when that is set.
inline void takeScreenshots(QWidget &page, const QString &name)
{
    const QString folder = qEnvironmentVariable("HOWDAH_TEST_PICTURES");
    if (folder.isEmpty()) {
        return;
    }
    QDir().mkpath(folder);
    for (const auto mode : {theme::Mode::Light, theme::Mode::Dark}) {
        theme::Theme::instance().setMode(mode);
        for (const QSize &size : {kSmallPage, kLargePage}) {
            page.resize(size);
            QCoreApplication::processEvents();
            page.grab().save(
                QStringLiteral("%1/%2-%3-%4.png").arg(folder, name, theme::modeKey(mode)).arg(size.width()));
        }
    }
    theme::Theme::instance().setMode(theme::Mode::Light);
}

/// Every widget that takes the keyboard has an objectName and an accessible name; every label is plain text. Returns
/// what is wrong.
inline QStringList namelessWidgets(const QWidget &page)
{
    QStringList wrong;
    for (const QWidget *widget : page.findChildren<QWidget *>()) {
        const QString type = QLatin1String(widget->metaObject()->className());
        if (const auto *label = qobject_cast<const QLabel *>(widget);
            label && label->textFormat() != Qt::PlainText && !label->text().isEmpty()) {
            wrong.append(QStringLiteral("%1 %2 reads rich text").arg(type, widget->objectName()));
        }
        if (widget->objectName().startsWith(QLatin1String("qt_")) || widget->focusProxy() ||
            (widget->focusPolicy() & Qt::TabFocus) == 0) {
            continue;
        }
        if (widget->objectName().isEmpty()) {
            wrong.append(QStringLiteral("%1 in %2 has no objectName").arg(type, widget->parentWidget()->objectName()));
        }
        QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(const_cast<QWidget *>(widget));
        if (!interface || interface->text(QAccessible::Name).isEmpty()) {
            wrong.append(QStringLiteral("%1 %2 has no accessible name").arg(type, widget->objectName()));
        }
    }
    return wrong;
}

/// All text that labels on the page show.
inline QString shownText(const QWidget &page)
{
    QStringList texts;
    for (const QLabel *label : page.findChildren<QLabel *>()) {
        if (label->isVisible() && !label->text().isEmpty()) {
            texts.append(label->text());
        }
    }
    return texts.join(QLatin1Char('\n'));
}

} // namespace howdah::testsupport
