// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <optional>
#include <vector>

namespace howdah::addresses {

/// An element: its text, or the elements in it. Attributes and namespaces say nothing in what is read here.
struct XmlNode {
    QString name;
    QString text;
    std::vector<XmlNode> children;

    /// The first child of that name; an empty node without one.
    const XmlNode &child(const char *childName) const;
    bool has(const char *childName) const;
    /// Text of a child, trimmed; empty without one.
    QString value(const char *childName) const;
};

/// The root of a whole document; empty for what is none, is cut short, has a DTD, or is nested more than 32 deep.
std::optional<XmlNode> xmlRoot(const QByteArray &body);

} // namespace howdah::addresses
