// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QCheckBox>
#include <QMenu>
#include <QPlainTextEdit>
#include <QWindow>

#include "livewindow.h"
#include "shell/switchoverdialog.h"
#include "shell/switchoverstrip.h"
#include "tables/roles.h"
#include "topology/topologyview.h"
#include "widgets/datatable.h"
#include "widgets/label.h"

namespace howdah::testsupport {

/// Where in the window a switchover is asked for.
enum class Way { ToolBar, NodeMenu, Drop };

/// Brings the card of one node to another's, as a hand does.
inline void dropCard(const LiveWindow &live, const QString &from, const QString &onto)
{
    auto *view = live.part<topology::TopologyView>("topologyView");
    QVERIFY(view && view->card(from) && view->card(onto));
    const auto at = [&](const QString &node) {
        const QPoint there = view->mapFromScene(view->card(node)->sceneBoundingRect().center());
        return view->viewport()->mapTo(live.window(), there);
    };
    QWindow *window = live.window()->windowHandle();
    QTest::mousePress(window, Qt::LeftButton, {}, at(from));
    QTest::mouseMove(window, at(onto) - QPoint(30, 0));
    QTest::mouseMove(window, at(onto));
    QTest::mouseRelease(window, Qt::LeftButton, {}, at(onto));
}

/// Opens the dialog; target is whom the tool bar would propose, or else who is clicked or dragged.
inline void askForSwitchover(const LiveWindow &live, Way way, const QString &target, const QString &primary)
{
    auto *action = live.part<QAction>("action-switchover");
    QTRY_VERIFY_WITH_TIMEOUT(action->isEnabled(), 15'000);
    switch (way) {
    case Way::ToolBar:
        live.click("tool-switchover");
        break;
    case Way::NodeMenu: {
        QMetaObject::invokeMethod(live.part<QWidget>("topologyView"), "nodeMenuRequested", Q_ARG(QString, target),
                                  Q_ARG(QPoint, QPoint(5, 5)));
        auto *menu = live.part<QMenu>("node-menu");
        QVERIFY(menu);
        menu->findChild<QAction *>(QStringLiteral("node-switchover"))->trigger();
        menu->close();
        break;
    }
    case Way::Drop:
        dropCard(live, target, primary);
        break;
    }
    QVERIFY(live.part<shell::SwitchoverDialog>("switchover-dialog"));
}

/// The dialog as it stands, for somebody who wants to look at it.
inline void pictureOf(const QWidget *what, const QString &name)
{
    const QString folder = qEnvironmentVariable("HOWDAH_TEST_PICTURES");
    if (!folder.isEmpty()) {
        QVERIFY(const_cast<QWidget *>(what)->grab().save(folder + QLatin1Char('/') + name + QStringLiteral(".png")));
    }
}

/// Waits until everything is checked, accepts what warns, presses the button and waits for the end: that it is done,
/// and all of it proved. measured: with a probe, that has lost nothing. aside: the dialog is closed past the point of
/// no return, and brought back when it is over. It stays open then.
inline void switchOver(const LiveWindow &live, const QString &target, bool measured, bool aside = false)
{
    auto *dialog = live.part<shell::SwitchoverDialog>("switchover-dialog");
    QVERIFY2(dialog, "the dialog has not opened");
    QTRY_COMPARE_WITH_TIMEOUT(dialog->target(), target, 15'000); // proposed once the primary is known
    auto *run = live.part<QPushButton>("switchover-run");
    const auto warnings = [dialog] {
        QList<QCheckBox *> ticks = dialog->findChildren<QCheckBox *>();
        ticks.removeIf([](const QCheckBox *tick) { return !tick->objectName().startsWith(QLatin1String("accept-")); });
        return ticks;
    };
    const auto *sentence = live.part<widgets::Label>("switchover-sentence");
    // What warns is known when everything could be read.
    QTRY_VERIFY2_WITH_TIMEOUT(run->isEnabled() || !warnings().isEmpty(), qPrintable(sentence->text()), 30'000);
    for (QCheckBox *tick : warnings()) {
        tick->setChecked(true);
    }
    QTRY_VERIFY2_WITH_TIMEOUT(run->isEnabled(), qPrintable(sentence->text()), 5000);
    auto *measure = live.part<QCheckBox>("switchover-measure");
    QTRY_VERIFY2_WITH_TIMEOUT(measure->isEnabled(), qPrintable(measure->toolTip()), 5000);
    measure->setChecked(measured);
    pictureOf(dialog, QStringLiteral("switchover-planned"));
    QTest::mouseClick(run, Qt::LeftButton);
    QVERIFY(dialog->isRunning());
    if (aside) {
        QTRY_VERIFY_WITH_TIMEOUT(dialog->isPastReturn(), 30'000);
        live.click("switchover-cancel");
        QVERIFY(!dialog->isVisible() && dialog->isRunning() && live.part<QWidget>("running-bar")->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!dialog->isRunning(), 90'000);
        pictureOf(live.window(), QStringLiteral("switchover-aside"));
        live.click("running-show");
        QVERIFY(dialog->isVisible());
    }
    QTRY_VERIFY_WITH_TIMEOUT(!dialog->isRunning(), 90'000);
    QVERIFY2(sentence->text().startsWith(target + QStringLiteral(" is the primary")),
             qPrintable(sentence->text() + live.part<QPlainTextEdit>("switchover-output")->toPlainText().right(700)));
    const auto figures = live.part<shell::SwitchoverStrip>("switchover-strip")->facts().figures;
    QVERIFY2(figures[0].value.contains(QLatin1Char(' ')), qPrintable(figures[0].value)); // "132 ms", "1.4 s"
    QCOMPARE(figures[1].value, measured ? QStringLiteral("0") : QStringLiteral("not measured"));
    const auto *proofs = live.part<widgets::DataTable>("proof-table")->model();
    for (int row = 0; row < proofs->rowCount(); ++row) {
        const QModelIndex proof = proofs->index(row, 0);
        QVERIFY2(proof.data(tables::VerdictRole).isValid() &&
                     proof.data(tables::VerdictRole).toInt() == static_cast<int>(cluster::Verdict::Ok),
                 qPrintable(proof.data().toString() + proof.siblingAtColumn(1).data().toString()));
    }
    QVERIFY(proofs->rowCount() >= 3);
}

inline void closeSwitchover(const LiveWindow &live)
{
    live.click("switchover-cancel");
    QTRY_VERIFY(!live.part<shell::SwitchoverDialog>("switchover-dialog"));
}

} // namespace howdah::testsupport
