// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/movedialog.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QSignalBlocker>
#include <algorithm>

#include "operations/address/moveplan.h"
#include "operations/places.h"
#include "operations/proofs.h"
#include "shell/operationrun.h"
#include "shell/patroni/form.h"
#include "theme/metrics.h"
#include "widgets/label.h"

namespace howdah::shell {

using operations::address::Sight;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr QSize kSize(960, 640);

/// Makes the box say names, and what was chosen stay chosen; at first what is proposed.
void fill(QComboBox *box, const QStringList &names, const QString &proposed)
{
    QStringList shown;
    for (int i = 0; i < box->count(); ++i) {
        shown.append(box->itemText(i));
    }
    if (names == shown) {
        return;
    }
    const QSignalBlocker blocker(box); // who fills it asks for the plan
    const QString chosen = box->count() == 0 ? proposed : box->currentText();
    box->clear();
    box->addItems(names);
    box->setCurrentIndex(std::max(0, static_cast<int>(names.indexOf(chosen))));
}

} // namespace

MoveDialog::MoveDialog(const QString &cluster, const QString &address, const QString &node, QWidget *parent)
    : OperationDialog(QStringLiteral("move"), cluster, tr("read again every few seconds"), parent)
    , m_proposedAddress(address)
    , m_proposedNode(node)
    , m_address(new QComboBox)
    , m_node(new QComboBox)
    , m_now(new widgets::Label(FontRole::Small, Token::Text2))
    , m_proofs(new ProofList)
{
    setWindowTitle(tr("Move an address of %1").arg(cluster));
    setBesideSteps(m_proofs);
    addAbove(makeForm(), Above::Planning);
    m_address->setFocus();
    updateFooter();
    resize(kSize);
}

MoveDialog::~MoveDialog() = default;

QWidget *MoveDialog::makeForm()
{
    auto *form = new QWidget;
    form->setObjectName(QStringLiteral("move-form"));
    m_now->setObjectName(QStringLiteral("move-now"));
    m_now->setElided(true);
    auto *row = new QHBoxLayout(form);
    row->setContentsMargins(metric::kPanePadding, metric::kSpace4, metric::kPanePadding, metric::kSpace4);
    row->setSpacing(metric::kSpace3);
    m_address->setObjectName(QStringLiteral("move-address"));
    m_node->setObjectName(QStringLiteral("move-node"));
    const std::pair<QString, QComboBox *> fields[] = {{tr("&Address"), m_address}, {tr("&To"), m_node}};
    for (const auto &[text, field] : fields) {
        auto *label = new widgets::Label(text, FontRole::Small, Token::Text2);
        label->setObjectName(field->objectName() + QStringLiteral("-label"));
        label->setBuddy(field);
        field->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        field->setMinimumWidth(160);
        row->addWidget(label);
        row->addWidget(field);
        connect(field, &QComboBox::currentIndexChanged, this, &MoveDialog::choose);
    }
    row->addWidget(m_now, 1);
    return form;
}

QString MoveDialog::address() const
{
    return m_address->currentText();
}

QString MoveDialog::node() const
{
    return m_node->currentText();
}

/// As its steps name it, also where it was taken up from the journal.
QString MoveDialog::nameOfAddress() const
{
    const QString prefix = QStringLiteral("address_");
    for (const operations::Step &step : plan().steps) {
        if (step.id.startsWith(prefix)) {
            return step.id.mid(prefix.size());
        }
    }
    return address();
}

void MoveDialog::setAddresses(const std::shared_ptr<const operations::address::Sights> &sights)
{
    m_sights = sights;
    if (!isPlanning()) {
        return;
    }
    QStringList names;
    for (const Sight &sight : sights ? *sights : operations::address::Sights()) {
        names.append(sight.address.name);
        if (sight.address.name == address()) {
            m_now->setText(sight.address.ip + QStringLiteral(": ") +
                           (sight.truth.says.isEmpty() ? tr("not looked at yet") : sight.truth.says));
        }
    }
    const QString before = address();
    fill(m_address, names, m_proposedAddress);
    if (address() != before) {
        choose();
    }
}

void MoveDialog::setState(const cluster::ClusterState &state)
{
    if (!isPlanning() || !state.snapshot) {
        return;
    }
    QStringList names;
    for (const cluster::NodeStatus &one : state.snapshot->nodes) {
        if (one.kind == cluster::NodeKind::Data) {
            names.append(one.name);
        }
    }
    const int primary = state.assessment ? state.assessment->topology.primary : -1;
    const QString proposed = !m_proposedNode.isEmpty() ? m_proposedNode
                             : primary < 0             ? QString()
                                                       : state.snapshot->nodes[static_cast<std::size_t>(primary)].name;
    const QString before = node();
    fill(m_node, names, proposed);
    if (node() != before) {
        choose();
    }
}

void MoveDialog::choose()
{
    if (!isPlanning() || address().isEmpty() || node().isEmpty()) {
        return;
    }
    operations::Plan none;
    none.to = node();
    forgetPlan(none);
    setAddresses(m_sights); // what is said of the one that is chosen
    updateFooter();
    Q_EMIT planRequested(address(), node());
}

void MoveDialog::setPlan(const operations::Plan &plan)
{
    // One that was asked for before may be on its way.
    if (isPlanning() && plan.operation == QLatin1String("address") &&
        plan.title == operations::address::moveTitle(cluster(), address(), node())) {
        showPlan(plan);
    }
}

QString MoveDialog::runText() const
{
    return address().isEmpty() || node().isEmpty()
               ? tr("&Move")
               : tr("&Move %1 to %2").arg(withoutMnemonic(address()), withoutMnemonic(node()));
}

QString MoveDialog::runningSentence() const
{
    return tr("Moving %1 to %2 …").arg(nameOfAddress(), plan().to);
}

QString MoveDialog::doneSentence() const
{
    const auto moved = std::find_if(plan().steps.begin(), plan().steps.end(), [](const operations::Step &step) {
        return step.id.startsWith(QLatin1String("address_"));
    });
    const bool asked = moved != plan().steps.end() &&
                       std::any_of(moved->verify.begin(), moved->verify.end(), [&moved](const operations::Action &one) {
                           return one.node == operations::addressPlace(moved->id.section(QLatin1Char('_'), 1));
                       });
    return asked ? tr("%1 leads to %2: it was asked who answers there.").arg(nameOfAddress(), plan().to)
                 : tr("%1 was moved to %2. From here nobody can be asked who answers there.")
                       .arg(nameOfAddress(), plan().to);
}

QString MoveDialog::readySentence() const
{
    return tr("Nothing else is changed.");
}

QString MoveDialog::whyNoPlan() const
{
    return m_address->count() == 0 ? tr("The cluster file has no address.")
           : m_node->count() == 0  ? tr("Nothing is known of the nodes yet.")
                                   : QString();
}

void MoveDialog::aboutToRun(bool probed)
{
    Q_UNUSED(probed);
    setWindowTitle(plan().title);
}

void MoveDialog::showBeside(qint64 nowWallMs)
{
    Q_UNUSED(nowWallMs);
    m_proofs->setProofs(operations::proofsOf(plan(), progress(), std::nullopt));
}

QString MoveDialog::report(const QString &output) const
{
    return runReport(plan(), progress(), {}, operations::proofsOf(plan(), progress(), std::nullopt), output);
}

} // namespace howdah::shell
