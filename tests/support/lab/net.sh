# SPDX-License-Identifier: GPL-3.0-or-later
# Hosts: network namespaces joined by a bridge, which is also this machine's way to them. Sourced by lab.sh.

# Where a host's namespace is mounted, its end of the cable on the bridge, and its address.
ns_of() { echo "$NS-$1"; }
cable_of() { echo "$LINK-$(index_of "$1")"; }
index_of() { case $1 in pg*) echo "${1#pg}" ;; *) echo 0 ;; esac; }
address_of() { echo "$SUBNET.1$(index_of "$1")"; }

# Runs a command in a host's network. (nsenter, not "ip netns exec": that one wants to mount /sys anew.)
in_host() {
  local host=$1
  shift
  nsenter --net="/run/netns/$(ns_of "$host")" -- "$@"
}

# A /24 out of 10.64.0.0/10 that no interface or route of this machine has. Call with the lock held.
pick_subnet() {
  local n=$(((OWNER_PID * 31 + SEQ) % 16384)) taken
  taken=$(ip -4 -o addr; ip -4 route)
  while :; do
    SUBNET=10.$((64 + n / 256)).$((n % 256))
    case $taken in *"$SUBNET."*) n=$(((n + 1) % 16384)) ;; *) return ;; esac
  done
}

# A bridge's name that nobody has; written down, so that only what is ours is ever taken away. Call with the lock held.
pick_link() {
  local name
  for name in "$(basename "$LAB")" $(od -An -N12 -tx4 /dev/urandom); do
    LINK=h$name
    if [ ${#LINK} -le 13 ] && ! ip link show "$LINK" >/dev/null 2>&1; then
      echo "$LINK" >"$LAB/link"
      return
    fi
  done
  LINK=
  echo 'lab.sh: no name is left for the bridge' >&2
  return 1
}

net_up() {
  local host
  # Containers can have this machine's network in common, but neither files nor process numbers: the network itself is
  # locked while names and addresses are chosen.
  exec 8</proc/self/ns/net
  flock 8
  pick_subnet
  pick_link
  ip -batch - <<N
link add $LINK type bridge
addr add $SUBNET.1/24 dev $LINK
link set $LINK up
N
  exec 8<&-
  for host in $HOSTS; do
    ip netns add "$(ns_of "$host")"
    ip -batch - <<N
link add $(cable_of "$host") type veth peer name eth0 netns $(ns_of "$host")
link set $(cable_of "$host") master $LINK up
N
    in_host "$host" ip -batch - <<N
link set lo up
addr add $(address_of "$host")/24 dev eth0
link set eth0 up
route add default via $SUBNET.1
N
  done
}

# Ends every process of the lab's hosts and takes the network away. Never fails: it also cleans what is half made.
net_down() {
  local ns pids tries link
  for ns in $(ip netns list | awk -v p="$NS-" 'index($1, p) == 1 { print $1 }'); do
    for tries in $(seq 50); do
      pids=$(ip netns pids "$ns" 2>/dev/null) || break
      [ -n "$pids" ] || break
      kill -KILL $pids 2>/dev/null || true
      [ "$tries" = 1 ] || sleep 0.02
    done
  done
  [ -n "$LINK" ] || return 0
  for link in $(ip -o link show type veth | sed -n "s/^[0-9]*: \($LINK-[0-9]*\)@.*/\1/p"); do
    ip link del "$link" 2>/dev/null || true
  done
  for ns in $(ip netns list | awk -v p="$NS-" 'index($1, p) == 1 { print $1 }'); do
    ip netns del "$ns" 2>/dev/null || true
  done
  ip link del "$LINK" 2>/dev/null || true
}
