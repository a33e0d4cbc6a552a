// SPDX-License-Identifier: GPL-3.0-or-later
// What the window asks of Patroni beside switchovers.
#include "shell/clusterview.h"
#include "shell/mainwindow.h"
#include "shell/patroni/historydialog.h"
#include "shell/patroni/patroniactions.h"
#include "shell/patroni/patronidialog.h"

namespace howdah::shell {

void MainWindow::buildPatroni()
{
    m_patroni = new PatroniActions(this);
    connect(m_patroni, &PatroniActions::requested, this,
            [this](const operations::patroni::Request &request) { openPatroni(currentCluster(), request); });
    connect(m_patroni, &PatroniActions::historyRequested, this, [this] { openPatroniHistory(currentCluster()); });
}

void MainWindow::openPatroni(const QString &cluster, const operations::patroni::Request &request)
{
    const ClusterView *of = view(cluster);
    if (!of || !of->isOfPatroni() || showOperation()) { // one at a time
        return;
    }
    auto *dialog = new PatroniDialog(cluster, formFor(cluster, request), this);
    host(dialog);
    connect(dialog, &QDialog::finished, this, [this, cluster] { Q_EMIT patroniAsked(cluster, false); });
    dialog->setFacts(of->patroni());
    Q_EMIT operationOpened(cluster);
    Q_EMIT patroniAsked(cluster, true);
    dialog->open();
}

void MainWindow::openPatroniHistory(const QString &cluster)
{
    const ClusterView *of = view(cluster);
    if (!of || !of->isOfPatroni()) {
        return;
    }
    if (m_history) {
        m_history->close();
    }
    m_history = new HistoryDialog(cluster, this);
    m_history->setAttribute(Qt::WA_DeleteOnClose);
    m_history->open();
    Q_EMIT patroniHistoryRequested(cluster);
}

void MainWindow::setPatroni(const QString &cluster,
                            const std::shared_ptr<const operations::patroni::PatroniFacts> &facts)
{
    ClusterView *of = view(cluster);
    if (!of) {
        return;
    }
    of->setPatroni(facts);
    if (auto *dialog = qobject_cast<PatroniDialog *>(operationOf(cluster))) {
        dialog->setFacts(facts);
    }
    updateActions();
}

void MainWindow::setPatroniHistory(const QString &cluster, const std::vector<managers::PatroniTurn> &turns)
{
    if (m_history && m_history->cluster() == cluster) {
        m_history->setTurns(turns);
    }
}

void MainWindow::patroniHistoryFailed(const QString &cluster, const core::Error &error)
{
    if (m_history && m_history->cluster() == cluster) {
        m_history->setFailed(error);
    }
}

} // namespace howdah::shell
