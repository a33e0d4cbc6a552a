// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/progress.h"

namespace howdah::operations {

void Progress::setStep(int index, const StepRecord &record)
{
    if (index >= 0 && index < static_cast<int>(m_steps.size())) {
        m_steps[static_cast<std::size_t>(index)] = record;
    }
}

void Progress::note(int step, const ActionNote &note)
{
    m_notes[{step, note.list, note.index}] = note;
}

void Progress::say(const QString &node, const QString &line, qint64 wallMs)
{
    m_said.insert(node, {wallMs, line});
}

QString Progress::saidSince(const QString &node, qint64 wallMs) const
{
    const auto said = m_said.value(node);
    return said.first >= wallMs ? said.second : QString();
}

std::optional<ActionNote> Progress::noteOf(int step, ActionNote::List list, int index) const
{
    const auto at = m_notes.find({step, list, index});
    return at == m_notes.end() ? std::nullopt : std::optional(at->second);
}

std::optional<ActionNote> Progress::asked(int step) const
{
    std::optional<ActionNote> newest;
    for (const auto &[key, note] : m_notes) {
        if (std::get<0>(key) == step && note.state == ActionNote::State::Asked) {
            newest = note; // of both lists the verification comes later
        }
    }
    return newest;
}

} // namespace howdah::operations
