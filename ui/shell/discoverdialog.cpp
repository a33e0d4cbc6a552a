// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/discoverdialog.h"

#include <QBoxLayout>
#include <QDir>
#include <QFileDialog>
#include <QGridLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QSet>
#include <QStandardItemModel>

#include "cluster/conninfotext.h"
#include "cluster/health.h"
#include "tables/roles.h"
#include "theme/howdahstyle.h"
#include "theme/metrics.h"
#include "widgets/datatable.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

using cluster::Verdict;
using theme::FontRole;
using theme::Token;
using widgets::Label;
namespace metric = theme::metric;

namespace {

constexpr int kWidth = 960;      // what is said of an address from here is a sentence
constexpr int kMostHeight = 380; // of the table: a dozen nodes

enum Column { NameColumn, KindColumn, ConninfoColumn, StateColumn, ColumnCount };

Label *fieldLabel(const QString &text, const QString &name, QWidget *buddy)
{
    auto *label = new Label(text, FontRole::Small, Token::Text2);
    label->setObjectName(name);
    label->setBuddy(buddy);
    buddy->setAccessibleName(QString(text).remove(QLatin1Char('&')));
    return label;
}

QStandardItem *cell(const QString &text, bool editable)
{
    auto *item = new QStandardItem(text);
    item->setEditable(editable);
    item->setData(text, tables::KeyRole);
    item->setToolTip(tables::plainToolTip(text));
    return item;
}

} // namespace

DiscoverDialog::DiscoverDialog(QWidget *parent)
    : QDialog(parent)
    , m_conninfo(new QLineEdit)
    , m_discover(new QPushButton(tr("&Discover")))
    , m_message(new Label(FontRole::Small, Token::Text3))
    , m_name(new QLineEdit)
    , m_nodes(new QStandardItemModel(0, ColumnCount, this))
    , m_table(new widgets::DataTable(tr("Nodes found")))
    , m_notes(new Label(FontRole::Small, Token::Text2))
    , m_open(new QPushButton(tr("&Open without saving")))
    , m_save(new QPushButton(tr("&Save and open…")))
{
    setObjectName(QStringLiteral("discover-dialog"));
    setWindowTitle(tr("Add a cluster"));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    build();
    updateButtons();
    resize(kWidth, 330);
}

void DiscoverDialog::build()
{
    m_conninfo->setObjectName(QStringLiteral("discover-conninfo"));
    m_conninfo->setPlaceholderText(QStringLiteral("host=10.0.0.11 dbname=postgres user=dba"));
    m_discover->setObjectName(QStringLiteral("discover-start"));
    m_discover->setAccessibleName(tr("Discover the cluster"));
    m_name->setObjectName(QStringLiteral("discover-name"));
    m_message->setObjectName(QStringLiteral("discover-message"));
    m_message->setWordWrap(true);
    m_notes->setObjectName(QStringLiteral("discover-notes"));
    m_notes->setAccessibleName(tr("Notes on the discovery"));
    m_notes->setWordWrap(true);
    m_notes->setContentsMargins(metric::kPanePadding, metric::kSpace2, metric::kPanePadding, metric::kSpace2);
    m_notes->hide();
    say(tr("One node that answers is enough: the others are read from it. Passwords belong in .pgpass, not here."),
        Token::Text3);
    m_nodes->setHorizontalHeaderLabels({tr("Node"), tr("Kind"), tr("Connection"), tr("From here")});
    m_table->setModel(m_nodes);
    m_table->setSortingEnabled(false);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                             QAbstractItemView::AnyKeyPressed);
    m_nodes->setHeaderData(ConninfoColumn, Qt::Horizontal, true, tables::StretchRole);
    m_nodes->setHeaderData(NameColumn, Qt::Horizontal, 14, tables::WidthHintRole);
    m_nodes->setHeaderData(KindColumn, Qt::Horizontal, 9, tables::WidthHintRole);
    m_nodes->setHeaderData(ConninfoColumn, Qt::Horizontal, 30, tables::WidthHintRole);
    m_nodes->setHeaderData(StateColumn, Qt::Horizontal, 30, tables::WidthHintRole);
    m_nodes->setHeaderData(StateColumn, Qt::Horizontal, true, tables::StretchRole);

    auto *form = new QGridLayout;
    form->setContentsMargins(metric::kPanePadding, metric::kPanePadding, metric::kPanePadding, metric::kSpace3);
    form->setHorizontalSpacing(metric::kSpace3);
    form->setVerticalSpacing(metric::kSpace2);
    form->addWidget(fieldLabel(tr("&Connection of one node"), QStringLiteral("discover-conninfo-label"), m_conninfo), 0,
                    0);
    form->addWidget(m_conninfo, 0, 1);
    form->addWidget(m_discover, 0, 2);
    form->addWidget(m_message, 1, 1, 1, 2);
    form->addWidget(fieldLabel(tr("Cluster &name"), QStringLiteral("discover-name-label"), m_name), 2, 0);
    form->addWidget(m_name, 2, 1);
    form->setColumnStretch(1, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(form);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_notes);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(buildFooter());

    connect(m_discover, &QPushButton::clicked, this, &DiscoverDialog::discover);
    connect(m_conninfo, &QLineEdit::textChanged, this, &DiscoverDialog::updateButtons);
    connect(m_name, &QLineEdit::textChanged, this, &DiscoverDialog::updateButtons);
    connect(m_nodes, &QStandardItemModel::itemChanged, this, &DiscoverDialog::nodeEdited);
}

QWidget *DiscoverDialog::buildFooter()
{
    auto *footer = new widgets::Ground(false);
    footer->setObjectName(QStringLiteral("discover-footer"));
    auto *cancel = new QPushButton(tr("Cancel"));
    cancel->setObjectName(QStringLiteral("discover-cancel"));
    m_open->setObjectName(QStringLiteral("discover-open"));
    m_save->setObjectName(QStringLiteral("discover-save"));
    auto *layout = new QHBoxLayout(footer);
    layout->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 0);
    layout->addStretch();
    for (QPushButton *button : {cancel, m_open, m_save}) {
        button->setAccessibleName(button->text().remove(QLatin1Char('&')));
        button->setAutoDefault(false);
        theme::setDialogSize(button);
        layout->addWidget(button);
    }
    footer->setFixedHeight(60);
    m_discover->setDefault(true);
    theme::setFilled(m_save);
    m_save->setDefault(false);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_save, &QPushButton::clicked, this, &DiscoverDialog::chooseFile);
    connect(m_open, &QPushButton::clicked, this, [this] {
        m_submitted = true;
        Q_EMIT openRequested(config());
    });
    return footer;
}

void DiscoverDialog::discover()
{
    setBusy(true);
    say(tr("Asking %1 …").arg(cluster::withoutPassword(m_conninfo->text())), Token::Text3);
    m_question = m_conninfo->text().trimmed();
    Q_EMIT discoverRequested(m_question);
}

void DiscoverDialog::setBusy(bool busy)
{
    m_asking = busy;
    m_conninfo->setReadOnly(busy);
    m_discover->setEnabled(!busy && !m_conninfo->text().trimmed().isEmpty());
}

void DiscoverDialog::say(const QString &text, Token token)
{
    m_said = text;
    m_saidToken = token;
    updateButtons();
}

void DiscoverDialog::keepSecretAside(int row)
{
    QStandardItem *cell = m_nodes->item(row, ConninfoColumn);
    if (!cell) {
        return;
    }
    cluster::NodeConfig &node = m_config.nodes[static_cast<std::size_t>(row)];
    if (cluster::holdsPassword(cell->text())) {
        node.conninfo = cell->text();
        cell->setText(cluster::withoutPassword(node.conninfo));
        cell->setData(cell->text(), tables::KeyRole);
    }
    cell->setToolTip(tables::plainToolTip(cell->text()));
}

void DiscoverDialog::nodeEdited(QStandardItem *item)
{
    if (item->column() == ConninfoColumn) {
        keepSecretAside(item->row());
    }
    updateButtons();
}

void DiscoverDialog::setFound(const cluster::ClusterConfig &found, const std::vector<DiscoveredNode> &nodes,
                              const QStringList &notes)
{
    if (!m_asking) {
        return;
    }
    setBusy(false);
    m_asked = m_question; // not before: its password is for these nodes, and not for those of the question before
    m_nodes->setRowCount(0);
    m_config = found;
    m_name->setText(found.name);
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_notes->setVisible(!notes.isEmpty());
    int unreached = 0;
    for (std::size_t i = 0; i < found.nodes.size(); ++i) {
        const DiscoveredNode how = i < nodes.size() ? nodes[i] : DiscoveredNode();
        unreached += !how.reached;
        QStandardItem *state =
            cell(how.note.isEmpty() ? (how.reached ? tr("answers") : tr("does not answer")) : how.note, false);
        if (found.nodes[i].conninfo.isEmpty()) {
            state->setText(tr("Left out until you write its connection: %1").arg(how.note));
        }
        state->setData(static_cast<int>(how.reached ? Verdict::Ok : Verdict::Unknown), tables::VerdictRole);
        QStandardItem *name = cell(found.nodes[i].name, true);
        name->setData(true, tables::StrongRole);
        m_nodes->appendRow({name, cell(cluster::toString(found.nodes[i].kind), false),
                            cell(cluster::withoutPassword(found.nodes[i].conninfo), true), state});
    }
    say(unreached > 0 ? tr("%1 of %2 nodes can't be reached at the address they are known by in the cluster. "
                           "Double-click or press F2 on it to write the one that leads there from here.")
                            .arg(unreached)
                            .arg(found.nodes.size())
                      : tr("%1 nodes found, and every one answers.").arg(found.nodes.size()),
        unreached > 0 ? Token::Warning : Token::Text2);
    m_save->setFocus();
    layout()->activate();
    if (const int more = std::min(m_table->sizeHint().height(), kMostHeight) - m_table->height(); more > 0) {
        resize(width(), height() + more);
    }
}

void DiscoverDialog::setFailed(const core::Error &error)
{
    if (!m_asking) {
        return;
    }
    setBusy(false);
    say(error.hint.isEmpty() ? error.message : error.message + QLatin1Char('\n') + error.hint, Token::Critical);
    m_conninfo->setFocus();
}

void DiscoverDialog::setRefused(const core::Error &error)
{
    m_submitted = false;
    say(error.hint.isEmpty() ? error.message : error.message + QLatin1Char('\n') + error.hint, Token::Critical);
}

cluster::ClusterConfig DiscoverDialog::config() const
{
    cluster::ClusterConfig result = m_config;
    result.name = m_name->text().trimmed();
    result.nodes.clear();
    for (int row = 0; row < m_nodes->rowCount(); ++row) {
        cluster::NodeConfig node = m_config.nodes[static_cast<std::size_t>(row)];
        node.name = m_nodes->item(row, NameColumn)->text().trimmed();
        const QString written = m_nodes->item(row, ConninfoColumn)->text();
        if (written.trimmed().isEmpty()) { // nobody knew where it is, and the user did not say
            continue;
        }
        // Nobody but the user says that a place that was found may have the password: this is where.
        node.conninfo =
            cluster::withPasswordOf(cluster::holdsPassword(node.conninfo) ? node.conninfo : m_asked, written);
        result.nodes.push_back(node);
    }
    return result;
}

QString DiscoverDialog::problem() const
{
    if (m_nodes->rowCount() > 0 && m_name->text().trimmed().isEmpty()) {
        return tr("The cluster needs a name.");
    }
    QSet<QString> names;
    for (int row = 0; row < m_nodes->rowCount(); ++row) {
        const QStandardItem *nameCell = m_nodes->item(row, NameColumn);
        const QStandardItem *conninfo = m_nodes->item(row, ConninfoColumn);
        const QString name = nameCell ? nameCell->text().trimmed() : QString();
        if (name.isEmpty()) {
            return tr("The node of row %1 needs a name.").arg(row + 1);
        }
        if (names.contains(name)) {
            return tr("Two nodes are named %1: give each a name of its own.").arg(name);
        }
        const bool known = !m_config.nodes[static_cast<std::size_t>(row)].conninfo.isEmpty();
        if (!conninfo || (known && conninfo->text().trimmed().isEmpty())) {
            return tr("Node %1 needs a connection.").arg(name);
        }
        names.insert(name);
    }
    return {};
}

bool DiscoverDialog::holdsPassword() const
{
    return cluster::holdsPassword(m_asked) ||
           std::any_of(m_config.nodes.cbegin(), m_config.nodes.cend(),
                       [](const cluster::NodeConfig &node) { return cluster::holdsPassword(node.conninfo); });
}

void DiscoverDialog::updateButtons()
{
    m_discover->setEnabled(!m_conninfo->isReadOnly() && !m_conninfo->text().trimmed().isEmpty());
    const QString wrong = problem();
    const bool complete = m_nodes->rowCount() > 0 && wrong.isEmpty();
    QString text = wrong.isEmpty() ? m_said : wrong;
    if (complete && holdsPassword()) {
        text +=
            QLatin1Char('\n') + tr("The password is not written into the file: put it into .pgpass before you save, "
                                   "or open the cluster without saving. Opened, each of these addresses gets it.");
    }
    m_message->setToken(wrong.isEmpty() ? m_saidToken : Token::Critical);
    m_message->setText(text);
    m_open->setEnabled(complete);
    m_save->setEnabled(complete);
}

void DiscoverDialog::chooseFile()
{
    auto *dialog = new QFileDialog(this, tr("Save the cluster file"));
    dialog->setOption(QFileDialog::DontUseNativeDialog);
    dialog->setObjectName(QStringLiteral("save-dialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("toml"));
    dialog->setNameFilters({tr("Cluster files (*.toml)")});
    // Files there are known by name on the command line.
    if (!m_folder.isEmpty() && QDir().mkpath(m_folder)) {
        dialog->setDirectory(m_folder);
    }
    dialog->selectFile(m_name->text().trimmed().replace(QLatin1Char('/'), QLatin1Char('-')) + QStringLiteral(".toml"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
        m_submitted = true;
        Q_EMIT saveRequested(config(), path);
    });
    dialog->open();
}

} // namespace howdah::shell
