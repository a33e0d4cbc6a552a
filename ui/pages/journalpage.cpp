// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/journalpage.h"

#include <QBoxLayout>
#include <QClipboard>
#include <QGuiApplication>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedWidget>

#include "operations/report.h"
#include "pages/advicelist.h"
#include "pages/pagetools.h"
#include "pages/tablepane.h"
#include "tables/journalmodels.h"
#include "tables/operationmodels.h"
#include "tables/roles.h"
#include "theme/metrics.h"
#include "theme/theme.h"
#include "widgets/buttons.h"
#include "widgets/datatable.h"
#include "widgets/keyvaluelist.h"
#include "widgets/noticebar.h"
#include "widgets/panes.h"
#include "widgets/savedialog.h"
#include "widgets/sidecolumn.h"

namespace howdah::pages {

using operations::Finish;
namespace metric = theme::metric;

namespace {

enum Detail { Steps, Checks, Output };

widgets::DataTable *detailTable(const QString &name, QAbstractItemModel *model)
{
    auto *table = new widgets::DataTable(name);
    table->setSortingEnabled(false); // they have an order of their own
    table->setModel(model);
    table->setDense(true);
    return table;
}

QPlainTextEdit *outputPane()
{
    auto *text = new QPlainTextEdit;
    text->setObjectName(QStringLiteral("journal-output"));
    text->setAccessibleName(JournalPage::tr("Output of the steps"));
    text->setReadOnly(true);
    text->setTabChangesFocus(true);
    text->setFrameShape(QFrame::NoFrame);
    text->setFont(theme::font(theme::FontRole::Fixed));
    text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    text->document()->setDocumentMargin(metric::kPanePadding);
    text->setPlaceholderText(JournalPage::tr("No step has written anything."));
    return text;
}

} // namespace

JournalPage::JournalPage(QWidget *parent)
    : Page(parent)
    , m_model(new tables::JournalModel(this))
    , m_steps(new tables::JournalStepsModel(this))
    , m_checks(new tables::ChecksModel(this))
    , m_head(new widgets::PageHead(tr("Journal")))
    , m_unreadable(new widgets::NoticeBar(QStringLiteral("journal-unreadable")))
    , m_pane(new TablePane(tr("Operations"), tables::journalEmptySentence({}), m_model))
    , m_below(new QWidget)
    , m_detailHead(new widgets::PaneHeader(tr("Selected operation")))
    , m_which(new widgets::SegmentedControl(tr("What of the operation"), {tr("Steps"), tr("Checks"), tr("Output")}))
    , m_details(new QStackedWidget)
    , m_stepsTable(detailTable(tr("Steps of the operation"), m_steps))
    , m_checksTable(detailTable(tr("Checks of the operation"), m_checks))
    , m_output(outputPane())
    , m_facts(new widgets::KeyValueList(tr("Operation details")))
    , m_story(new AdviceList(tr("Where it stands")))
{
    setObjectName(QStringLiteral("journal-page"));
    setAccessibleName(tr("Journal"));
    m_below->setObjectName(QStringLiteral("journal-below"));
    addTableTools(m_head, tr("Filter the journal"), [this] { return m_pane; });
    auto *row = new QHBoxLayout(m_below);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(makeDetail(), 1);
    row->addWidget(new widgets::Hairline(Qt::Vertical));
    row->addWidget(makeSide());
    auto *layout = plainColumn(this);
    layout->addWidget(m_head);
    layout->addWidget(m_unreadable);
    layout->addWidget(m_pane, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(m_below, 1);
    m_below->hide();
    connect(m_pane, &TablePane::selectedKeyChanged, this, &JournalPage::showOperation);
    connect(m_which, &widgets::SegmentedControl::currentChanged, m_details, &QStackedWidget::setCurrentIndex);
}

QWidget *JournalPage::makeDetail()
{
    auto *detail = new widgets::Ground;
    detail->setObjectName(QStringLiteral("journal-detail"));
    m_details->setObjectName(QStringLiteral("journal-details"));
    m_details->addWidget(m_stepsTable);
    m_details->addWidget(m_checksTable);
    m_details->addWidget(m_output);
    m_detailHead->addWidget(m_which);
    auto *column = plainColumn(detail);
    column->addWidget(m_detailHead);
    column->addWidget(m_details, 1);
    return detail;
}

QPushButton *JournalPage::addButton(QBoxLayout *row, const QString &name, const QString &text)
{
    auto *button = new QPushButton(text);
    button->setObjectName(name);
    button->setAccessibleName(QString(text).remove(QLatin1Char('&')));
    row->addWidget(button);
    return button;
}

QWidget *JournalPage::makeSide()
{
    auto *side = new widgets::Ground;
    side->setObjectName(QStringLiteral("journal-side"));
    auto *column = plainColumn(side);
    const auto buttonRow = [column] {
        auto *row = new QHBoxLayout;
        row->setContentsMargins(metric::kPanePadding, metric::kSpace1, metric::kPanePadding, metric::kSpace3);
        row->setSpacing(metric::kSpace2);
        column->addLayout(row);
        return row;
    };
    column->addWidget(new widgets::PaneHeader(tr("Where it stands")));
    column->addWidget(m_story);
    QHBoxLayout *ways = buttonRow();
    m_resume = addButton(ways, QStringLiteral("journal-resume"), tr("&Resume…"));
    m_undo = addButton(ways, QStringLiteral("journal-undo"), tr("&Undo…"));
    ways->addStretch();
    column->addWidget(new widgets::Hairline);
    column->addWidget(new widgets::PaneHeader(tr("Operation")));
    column->addWidget(m_facts);
    QHBoxLayout *copies = buttonRow();
    m_export = addButton(copies, QStringLiteral("journal-export"), tr("&Export…"));
    m_export->setToolTip(tr("The journal's own lines of JSON, or a report in Markdown"));
    m_copy = addButton(copies, QStringLiteral("journal-copy"), tr("Copy &report"));
    copies->addStretch();
    column->addStretch();
    connect(m_resume, &QPushButton::clicked, this,
            [this] { Q_EMIT finishRequested(m_pane->table()->selectedKey(), Finish::Resume); });
    connect(m_undo, &QPushButton::clicked, this,
            [this] { Q_EMIT finishRequested(m_pane->table()->selectedKey(), Finish::Undo); });
    connect(m_export, &QPushButton::clicked, this, &JournalPage::exportOperation);
    connect(m_copy, &QPushButton::clicked, this, &JournalPage::copyReport);
    auto *scrolled = new widgets::SideColumn(side, tr("Selected operation"));
    scrolled->setObjectName(QStringLiteral("journal-side-scroll"));
    return scrolled;
}

void JournalPage::setState(const cluster::ClusterState &)
{
    if (isVisible() && m_day != QDate::currentDate()) {
        refresh(); // what happened today was yesterday
    }
}

void JournalPage::setJournal(const operations::JournalState &journal)
{
    m_journal = journal;
    m_outdated = true;
    if (isVisible()) {
        refresh();
    }
}

void JournalPage::showEvent(QShowEvent *event)
{
    if (m_outdated) {
        refresh();
    }
    Page::showEvent(event);
}

void JournalPage::refresh()
{
    m_outdated = false;
    m_day = QDate::currentDate();
    m_pane->setEmptySentence(tables::journalEmptySentence(m_journal));
    m_model->setJournal(m_journal, QDateTime::currentMSecsSinceEpoch());
    m_head->setSubtitle(tables::journalSummary(m_journal));
    const QString broken = tables::journalUnreadable(m_journal);
    m_unreadable->setNotice(cluster::Verdict::Unknown, tr("The journal is not read whole."), broken);
    m_unreadable->setVisible(!broken.isEmpty());
    if (!m_subject.isEmpty() && m_pane->table()->selectKey(m_subject)) {
        m_subject.clear();
    }
    m_pane->selectSomething();
    showOperation();
}

void JournalPage::showSubject(const QString &subject)
{
    m_subject = subject;
    refresh();
}

void JournalPage::showOperation()
{
    const auto operation = operations::operationOf(m_journal, m_pane->table()->selectedKey());
    m_alone = !operation;
    // Showing a widget lays the window out at once: the table must have made room before, or the window grows.
    fitTable();
    m_below->setVisible(!m_alone);
    if (!operation) {
        return;
    }
    m_detailHead->setTitle(operation->plan.title);
    m_detailHead->setVerdict(tables::verdictOf(operation->outcome), operations::toString(operation->outcome));
    m_steps->setOperation(*operation);
    m_checks->setChecks(operation->plan.checks);
    const QString output = operation->output.join(QLatin1Char('\n'));
    if (m_output->toPlainText() != output) { // what is read there stays where it is
        QScrollBar *bar = m_output->verticalScrollBar();
        const bool atEnd = bar->value() == bar->maximum();
        const int at = bar->value();
        m_output->setPlainText(output);
        bar->setValue(atEnd ? bar->maximum() : at);
    }
    std::vector<widgets::KeyValue> facts;
    for (const tables::JournalFact &fact : tables::journalFacts(*operation)) {
        facts.push_back({fact.what, fact.value, fact.fixed, fact.nonValue});
    }
    m_facts->setRows(facts);
    showWays(*operation);
}

void JournalPage::showWays(const operations::Operation &operation)
{
    const operations::Finishing finishing = operations::finishing(m_journal, operation);
    m_story->setRows(tables::journalStory(operation, finishing));
    const bool unfinished = operations::isUnfinished(operation);
    const auto offer = [&](QPushButton *button, Finish how, const QString &what) {
        button->setVisible(unfinished);
        button->setEnabled(finishing.may(how));
        button->setToolTip(
            tables::plainToolTip(finishing.may(how) ? what : tr("Not possible: %1").arg(finishing.whyNot(how))));
    };
    offer(m_resume, Finish::Resume, tr("Goes on where it stopped; asks before"));
    offer(m_undo, Finish::Undo, tr("Takes back what was done; asks before"));
    const bool whole = operations::isWhole(operation);
    m_copy->setEnabled(whole);
    m_copy->setToolTip(whole ? tr("All of it as Markdown, to the clipboard")
                             : tr("Too old to be read whole: export it"));
}

void JournalPage::exportOperation()
{
    const auto operation = operations::operationOf(m_journal, m_pane->table()->selectedKey());
    if (!operation) {
        return;
    }
    const auto *dialog = widgets::openSaveDialog(
        this, QStringLiteral("journal-export-dialog"), tr("Export the operation"), operation->id,
        {{tr("Report"), QStringLiteral("md")}, {tr("Journal, JSON lines"), QStringLiteral("jsonl")}});
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, path = operation->path](const QString &target) { Q_EMIT journalExportRequested(path, target); });
}

void JournalPage::copyReport()
{
    const auto operation = operations::operationOf(m_journal, m_pane->table()->selectedKey());
    if (operation && operations::isWhole(*operation)) {
        QGuiApplication::clipboard()->setText(operations::toReport(*operation));
    }
}

void JournalPage::fitTable()
{
    // Alone, the table has the page, and its sentence stands in the middle.
    fixHeight(m_pane, m_alone ? std::nullopt : std::optional(m_pane->fittingHeight(height() - m_head->height())));
}

void JournalPage::resizeEvent(QResizeEvent *event)
{
    Page::resizeEvent(event);
    fitTable();
}

} // namespace howdah::pages
