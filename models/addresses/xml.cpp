// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresses/xml.h"

#include <QXmlStreamReader>
#include <algorithm>

namespace howdah::addresses {

namespace {

constexpr qsizetype kDeepest = 32;

std::vector<XmlNode>::const_iterator find(const XmlNode &node, const char *name)
{
    return std::find_if(node.children.begin(), node.children.end(),
                        [name](const XmlNode &child) { return child.name == QLatin1String(name); });
}

// The innermost open element takes in what is read; a closed one becomes a child of that around it.
bool take(QXmlStreamReader &xml, std::vector<XmlNode> &open)
{
    switch (xml.readNext()) {
    case QXmlStreamReader::DTD:
    case QXmlStreamReader::EntityReference:
        return false;
    case QXmlStreamReader::StartElement:
        open.push_back({.name = xml.name().toString()});
        return open.size() <= kDeepest;
    case QXmlStreamReader::Characters:
        open.back().text += xml.text();
        return true;
    case QXmlStreamReader::EndElement: {
        XmlNode closed = std::move(open.back());
        open.pop_back();
        open.back().children.push_back(std::move(closed));
        return true;
    }
    default:
        return true;
    }
}

} // namespace

const XmlNode &XmlNode::child(const char *childName) const
{
    static const XmlNode none;
    const auto found = find(*this, childName);
    return found == children.end() ? none : *found;
}

bool XmlNode::has(const char *childName) const
{
    return find(*this, childName) != children.end();
}

QString XmlNode::value(const char *childName) const
{
    return child(childName).text.trimmed();
}

std::optional<XmlNode> xmlRoot(const QByteArray &body)
{
    QXmlStreamReader xml(body);
    std::vector<XmlNode> open{XmlNode{}};
    while (!xml.atEnd()) {
        if (!take(xml, open)) {
            return std::nullopt;
        }
    }
    // At an error elements may be open still.
    if (xml.hasError() || open.size() != 1 || open.front().children.size() != 1) {
        return std::nullopt;
    }
    return std::move(open.front().children.front());
}

} // namespace howdah::addresses
