# SPDX-License-Identifier: GPL-3.0-or-later
# sshd on every host, with keys made for this lab alone: ssh -F $LAB/ssh/config postgres@ADDRESS, or root@. Sourced.

ssh_up() {
  local host dir=$LAB/ssh
  mkdir -p "$dir" /run/sshd
  ssh-keygen -q -t ed25519 -N '' -C lab -f "$dir/id"
  cp "$dir/id.pub" "$dir/authorized_keys"
  for host in $HOSTS; do
    ssh-keygen -q -t ed25519 -N '' -C "$host" -f "$dir/$host"
    echo "$(address_of "$host"),$host $(cut -d' ' -f1,2 "$dir/$host.pub")" >>"$dir/known_hosts"
    cat >"$dir/$host.conf" <<C
ListenAddress $(address_of "$host")
HostKey $dir/$host
PidFile $dir/$host.pid
AuthorizedKeysFile $dir/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
# PAM lets a user in whose password is locked, as postgres' is.
UsePAM yes
UseDNS no
PrintMotd no
MaxStartups 100
MaxSessions 100
C
    # A login shell of one host must find the server's programs.
    echo "SetEnv PATH=$PGBIN:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" >>"$dir/$host.conf"
    in_host "$host" /usr/sbin/sshd -f "$dir/$host.conf" -E "$dir/$host.log"
  done
  {
    for host in $HOSTS; do
      printf 'Host %s\n  HostName %s\n' "$host" "$(address_of "$host")"
    done
    cat <<C
Host *
  IdentityFile $dir/id
  IdentitiesOnly yes
  UserKnownHostsFile $dir/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 5
C
  } >"$dir/config"
  # postgres uses the key between the hosts (repmgr does); root may read it anyway.
  chown postgres: "$dir/id"
  chmod 755 "$dir"
}
