// SPDX-License-Identifier: GPL-3.0-or-later
// The grammar is that of POSIX.1-2017, XCU 2.10.
#include "operations/address/shelltext.h"

#include <QRegularExpression>
#include <algorithm>

#include "operations/address/shellwords.h"

namespace howdah::operations::address {

using Joint = ShellCommand::Joint;

namespace {

constexpr int kDeepest = 64; ///< nobody writes so many substitutions in each other

struct Frame {
    enum class Kind { If, Loop, Brace, Paren, Case } kind = Kind::Brace;
    bool inCondition = false;
    bool awaitsPattern = false;
    QString function;
    int id = 0;
    int arm = 0;
};

struct Here {
    QString end;
    bool stripsTabs = false;
    std::size_t command = 0;
};

class Reader : private WordReader {
public:
    Reader(const QString &text, qsizetype at, int line, ShellText &found, int &counter, int scope, int nesting)
        : WordReader(text, at, line, found)
        , m_counter(counter)
        , m_scope(scope)
        , m_nesting(nesting)
        , m_pipeline(++counter)
    {
    }

    /// Up to the end, or behind the ")" that ends a substitution.
    void list()
    {
        if (m_nesting > kDeepest) {
            trouble(QStringLiteral("substitutions in substitutions without end"), m_line);
        }
        while (m_at < m_text.size() && m_found.problem.isEmpty()) {
            const QChar c = m_text[m_at];
            if (c == u' ' || c == u'\t' || c == u'\r') {
                ++m_at;
            } else if (looksAt("\\\n")) {
                m_at += 2;
                ++m_line;
            } else if (c == u'#') {
                m_at = std::max(m_text.indexOf(u'\n', m_at), m_at);
                m_at = m_text[m_at] == u'\n' ? m_at : m_text.size();
            } else if (c == u')' && m_scope > 0 && m_frames.empty()) {
                end(Joint::End);
                ++m_at;
                return;
            } else if (!separator(c)) {
                word();
            }
        }
        end(Joint::End);
        hereTexts();
        if (m_scope > 0 && m_at >= m_text.size()) {
            trouble(QStringLiteral("a substitution that does not end"), m_line);
        }
    }

    using WordReader::at;
    using WordReader::line;

private:
    /// Takes an operator; false when a word begins here.
    bool separator(QChar c)
    {
        if (c == u'\n') {
            end(Joint::End);
            ++m_at;
            ++m_line;
            hereTexts();
            return true;
        }
        struct Operator {
            const char *text;
            Joint joint;
        };
        static const Operator all[]{
            {"&&", Joint::And}, {"||", Joint::Or},   {";;&", Joint::End}, {";;", Joint::End}, {";&", Joint::End},
            {";", Joint::End},  {"|&", Joint::Pipe}, {"|", Joint::Pipe},  {"&>", Joint::End}, {"&", Joint::Background}};
        for (const Operator &one : all) {
            if (!looksAt(one.text)) {
                continue;
            }
            if (QLatin1String(one.text) == QLatin1String("&>")) {
                break;
            }
            m_at += qstrlen(one.text);
            if (one.text[0] == ';' && one.text[1] != '\0' && !m_frames.empty()) {
                end(Joint::End);
                m_frames.back().awaitsPattern = m_frames.back().kind == Frame::Kind::Case;
            } else if (!awaitsPattern()) { // between patterns it means nothing else
                end(one.joint);
            }
            return true;
        }
        if (c == u'(') {
            opened();
            return true;
        }
        if (c == u')') {
            ++m_at;
            closed();
            return true;
        }
        if (c == u'<' || c == u'>' || c == u'&') {
            redirection();
            return true;
        }
        return false;
    }

    void opened()
    {
        static const QRegularExpression blank(QStringLiteral("\\G\\([ \\t]*\\)"));
        if (const auto empty = blank.match(m_text, m_at); m_current.words.size() == 1 && empty.hasMatch()) {
            m_function = m_current.words.front().text;
            m_found.functions.append(m_function);
            m_current = {};
            m_at = empty.capturedEnd();
        } else if (const qsizetype over = m_current.words.empty() ? arithmeticEnd(m_at) : -1; over > 0) {
            skipTo(over);
        } else {
            ++m_at;
            if (!awaitsPattern()) {
                push(Frame::Kind::Paren, false);
            }
        }
    }

    void closed()
    {
        if (awaitsPattern()) {
            m_frames.back().awaitsPattern = false;
            ++m_frames.back().arm;
            m_current = {};
        } else {
            end(Joint::End);
            pop(Frame::Kind::Paren);
        }
    }

    bool awaitsPattern() const { return !m_frames.empty() && m_frames.back().awaitsPattern; }

    void push(Frame::Kind kind, bool inCondition)
    {
        m_frames.push_back({kind, inCondition, false, std::exchange(m_function, QString()), ++m_counter, 0});
        m_closed = -1;
    }

    void pop(Frame::Kind kind)
    {
        if (!m_frames.empty() && m_frames.back().kind == kind) {
            m_frames.pop_back();
            m_closed = static_cast<qsizetype>(m_found.commands.size()) - 1;
        }
    }

    /// The current command is over.
    void end(Joint joint)
    {
        if (m_current.words.empty() && m_current.assignments.empty()) {
            // What joins a group joins the last that is done in it.
            if (m_closed >= 0 && joint != Joint::End &&
                m_found.commands[static_cast<std::size_t>(m_closed)].after == Joint::End) {
                m_found.commands[static_cast<std::size_t>(m_closed)].after = joint;
                m_found.commands[static_cast<std::size_t>(m_closed)].afterDepth = static_cast<int>(m_frames.size());
            }
            m_closed = -1;
            m_negates = false;
            m_current = {};
            return;
        }
        m_current.after = joint;
        m_current.depth = m_current.afterDepth = static_cast<int>(m_frames.size());
        m_current.isCondition = m_negates || std::any_of(m_frames.begin(), m_frames.end(),
                                                         [](const Frame &one) { return one.inCondition; });
        for (const Frame &one : m_frames) {
            m_current.function = one.function.isEmpty() ? m_current.function : one.function;
            m_current.arms.emplace_back(one.id, one.arm);
        }
        m_current.scope = m_scope;
        m_current.pipeline = m_pipeline;
        if (joint != Joint::Pipe) {
            m_pipeline = ++m_counter;
        }
        for (Here &one : m_heres) {
            one.command = one.command == kOpen ? m_found.commands.size() : one.command;
        }
        m_found.commands.push_back(std::exchange(m_current, {}));
        m_closed = -1;
        m_negates = false;
    }

    void redirection()
    {
        const bool isHere = looksAt("<<") && !looksAt("<<<");
        const bool strips = looksAt("<<-");
        if (looksAt("<(") || looksAt(">(")) {
            ++m_at;
            substitution(1);
            return;
        }
        while (m_at < m_text.size() && QStringLiteral("<>&|-").contains(m_text[m_at])) {
            ++m_at;
        }
        if (!isHere && m_text[m_at - 1] == u'-') {
            return; // closed, and nothing is named
        }
        while (m_at < m_text.size() && (m_text[m_at] == u' ' || m_text[m_at] == u'\t')) {
            ++m_at;
        }
        const ShellWord target = rawWord();
        if (isHere) {
            m_heres.push_back({target.text, strips, kOpen});
        }
    }

    void hereTexts()
    {
        for (const Here &one : std::exchange(m_heres, {})) {
            const int from = m_line;
            bool isOver = false;
            while (!isOver && m_at < m_text.size()) {
                const qsizetype stop = m_text.indexOf(u'\n', m_at);
                QString line = m_text.sliced(m_at, (stop < 0 ? m_text.size() : stop) - m_at);
                m_at = stop < 0 ? m_text.size() : stop + 1;
                ++m_line;
                while (one.stripsTabs && line.startsWith(u'\t')) {
                    line.remove(0, 1);
                }
                isOver = line == one.end;
                if (!isOver && one.command < m_found.commands.size()) {
                    m_found.commands[one.command].hereText += line + u'\n';
                }
            }
            if (!isOver) {
                trouble(QStringLiteral("a here-document without its end \"%1\"").arg(one.end), from);
            }
        }
    }

    /// Behind "$" or "<": what stands in parentheses, read as a script of its own.
    QString substitution(qsizetype parenthesis) override
    {
        const qsizetype from = m_at;
        Reader inner(m_text, m_at + parenthesis, m_line, m_found, m_counter, ++m_counter, m_nesting + 1);
        inner.list();
        m_at = inner.at();
        m_line = inner.line();
        return m_text.sliced(from, m_at - from);
    }

    /// text ends with what ends a substitution.
    void inBackticks(const QString &text) override
    {
        Reader inner(text, 0, m_line, m_found, m_counter, ++m_counter, m_nesting + 1);
        inner.list();
    }

    void word()
    {
        static const QRegularExpression assignment(QStringLiteral("^([A-Za-z_][A-Za-z0-9_]*)\\+?="));
        const std::size_t before = m_found.commands.size();
        const ShellWord word = rawWord();
        if (!word.isQuoted && m_at < m_text.size() && (m_text[m_at] == u'<' || m_text[m_at] == u'>') &&
            !word.text.isEmpty() &&
            std::all_of(word.text.begin(), word.text.end(), [](QChar c) { return c.isDigit(); })) {
            return; // the number of what is redirected
        }
        const bool isFirst = m_current.words.empty();
        if (isFirst && m_current.assignments.empty() && !word.isQuoted && reserved(word.text)) {
            return;
        }
        if (isFirst && m_current.assignments.empty()) {
            m_current.line = word.line;
        }
        const auto name = assignment.match(word.text);
        if (name.hasMatch()) {
            for (std::size_t i = before; i < m_found.commands.size(); ++i) {
                m_found.commands[i].into = name.captured(1);
            }
        }
        (isFirst && name.hasMatch() ? m_current.assignments : m_current.words).push_back(word);
        if (word.text == QLatin1String("in") && m_current.words.front().text == QLatin1String("case") && m_inCase) {
            end(Joint::End);
            push(Frame::Kind::Case, false);
            m_frames.back().awaitsPattern = true;
            m_inCase = false;
        }
    }

    /// Takes a word that the grammar has where a command begins.
    bool reserved(const QString &word)
    {
        if (awaitsPattern() && word != QLatin1String("esac")) {
            return false;
        }
        const auto condition = [this](bool is) {
            if (!m_frames.empty()) {
                m_frames.back().inCondition = is;
            }
        };
        if (word == QLatin1String("if") || word == QLatin1String("while") || word == QLatin1String("until")) {
            push(word == QLatin1String("if") ? Frame::Kind::If : Frame::Kind::Loop, true);
        } else if (word == QLatin1String("elif")) {
            condition(true); // it is asked only where what came before is not so
            nextArm();
        } else if (word == QLatin1String("then") || word == QLatin1String("do")) {
            condition(false);
        } else if (word == QLatin1String("else")) {
            condition(false);
            nextArm();
        } else if (word == QLatin1String("for") || word == QLatin1String("select")) {
            push(Frame::Kind::Loop, false);
            return false;
        } else if (word == QLatin1String("{")) {
            push(Frame::Kind::Brace, false);
        } else if (word == QLatin1String("fi") || word == QLatin1String("done") || word == QLatin1String("}") ||
                   word == QLatin1String("esac")) {
            pop(word == QLatin1String("fi")     ? Frame::Kind::If
                : word == QLatin1String("done") ? Frame::Kind::Loop
                : word == QLatin1String("}")    ? Frame::Kind::Brace
                                                : Frame::Kind::Case);
        } else if (word == QLatin1String("!")) {
            m_negates = true;
        } else {
            m_inCase = word == QLatin1String("case");
            return false;
        }
        return true;
    }

    void nextArm()
    {
        if (!m_frames.empty()) {
            ++m_frames.back().arm;
        }
    }

    static constexpr std::size_t kOpen = static_cast<std::size_t>(-1);

    int &m_counter;
    int m_scope;
    int m_nesting; ///< so many substitutions stand around it
    int m_pipeline;
    ShellCommand m_current;
    std::vector<Frame> m_frames;
    std::vector<Here> m_heres;
    QString m_function;      ///< whose body comes next
    qsizetype m_closed = -1; ///< the last command of a group that has just ended
    bool m_negates = false;
    bool m_inCase = false;
};

} // namespace

ShellText readShell(const QString &text, int firstLine)
{
    ShellText found;
    int counter = 0;
    Reader reader(text, 0, firstLine, found, counter, 0, 0);
    reader.list();
    return found;
}

} // namespace howdah::operations::address
