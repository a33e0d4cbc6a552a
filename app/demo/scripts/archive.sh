# SPDX-License-Identifier: GPL-3.0-or-later
# archive_command of the demo's servers: keeps the newest files only.
#   sh archive.sh ARCHIVE PATH NAME
set -u
umask 077
archive=$1
# Archived before, perhaps by another node: fine when it is the same.
if [ -e "$archive/$3" ]; then cmp -s "$2" "$archive/$3"; exit; fi
cp "$2" "$archive/$3.$$.new" && mv "$archive/$3.$$.new" "$archive/$3" || exit 1
cd "$archive" || exit 1
ls -t | tail -n +33 | xargs -r rm -f
exit 0
