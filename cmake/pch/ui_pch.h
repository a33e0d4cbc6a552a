// SPDX-License-Identifier: GPL-3.0-or-later
// Precompiled for every room that paints.
#pragma once
#include "models_pch.h"
#include <QAbstractItemModel>
#include <QBoxLayout>
#include <QIcon>
#include <QLabel>
#include <QPainter>
#include <QTableView>
#include <QWidget>
