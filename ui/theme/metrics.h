// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Measures in device-independent pixels. Heights that hold text come from Theme, which grows them with the font.
namespace howdah::theme::metric {

inline constexpr int kSpace1 = 4;
inline constexpr int kSpace2 = 8;
inline constexpr int kSpace3 = 12;
inline constexpr int kSpace4 = 16;
inline constexpr int kSpace5 = 24;
inline constexpr int kSpace6 = 32;
inline constexpr int kPanePadding = 16;
inline constexpr int kCellPadding = 8;

inline constexpr int kNavigatorWidth = 216;
inline constexpr int kSideColumnWidth = 376;
inline constexpr int kVerdictWidth = 256;
inline constexpr int kIconSize = 16;
inline constexpr int kBadgeSize = 28;

inline constexpr int kRadiusCheckBox = 3;
inline constexpr int kRadiusControl = 4;
inline constexpr int kRadiusCard = 6;
inline constexpr int kFocusRing = 2;
inline constexpr int kFocusOffset = 2;
inline constexpr int kHoverMs = 100;

} // namespace howdah::theme::metric
