// SPDX-License-Identifier: GPL-3.0-or-later
// What the window shows of addresses, and how one is moved from it.
#include "shell/clusterview.h"
#include "shell/mainwindow.h"
#include "shell/movedialog.h"

namespace howdah::shell {

void MainWindow::setAddresses(const QString &cluster, const std::shared_ptr<const operations::address::Sights> &sights)
{
    ClusterView *of = view(cluster);
    if (!of) {
        return;
    }
    of->setAddresses(sights);
    if (auto *dialog = qobject_cast<MoveDialog *>(operationOf(cluster))) {
        dialog->setAddresses(sights);
    }
    updateActions();
}

void MainWindow::moveAddress()
{
    openMove(currentCluster(), {}, {});
}

void MainWindow::openMove(const QString &cluster, const QString &address, const QString &node)
{
    const ClusterView *of = view(cluster);
    if (!of || !of->addresses() || of->addresses()->empty() || showOperation()) { // one at a time
        return;
    }
    auto *dialog = new MoveDialog(cluster, address, node, this);
    connect(dialog, &MoveDialog::planRequested, this, [this, cluster](const QString &which, const QString &whom) {
        Q_EMIT movePlanRequested(cluster, which, whom);
    });
    host(dialog);
    Q_EMIT operationOpened(cluster);
    dialog->setAddresses(of->addresses());
    dialog->setState(of->state());
    dialog->open();
}

} // namespace howdah::shell
