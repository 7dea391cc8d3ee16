#!/bin/bash
# Process 1 of a host of the test bed: makes the host's private file systems, says "ready", and waits until its
# standard input says or ends (so also when the test process was killed). Then it ends everything that runs in the
# host and removes what outlives a namespace. A shell, because process 1 has to reap orphans, which bash does.
set -eu
name=$1
ip_forward=$2

# Everything below is in memory and private: it is gone with the mount namespace. The cgroup tree is set aside while a
# sysfs of this network namespace is mounted over the machine's: without the tree containers cannot be started.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/testbed/cgroup /run/lock /run/docker/plugins /run/netns /run/openvswitch
mount --rbind /sys/fs/cgroup /run/testbed/cgroup
mount -t sysfs sysfs /sys
mount --rbind /run/testbed/cgroup /sys/fs/cgroup
umount -l /run/testbed/cgroup

for tree in etc var; do
  mkdir -p "/run/testbed/$tree" "/run/testbed/$tree-work"
  mount -t overlay -o "lowerdir=/$tree,upperdir=/run/testbed/$tree,workdir=/run/testbed/$tree-work" overlay "/$tree"
done
for folder in /etc/docker /etc/faucet /etc/openvswitch /var/lib/docker /var/lib/openvswitch \
  /var/log/faucet /var/log/openvswitch; do
  mount -t tmpfs -o mode=755,X-mount.mkdir tmpfs "$folder"
done
# Relative, because an absolute link seen through /proc/PID/root leads out of the host again.
ln -sfn ../run /var/run
rm -f /etc/resolv.conf
: > /etc/resolv.conf

hostname "$name"
ip link set lo up
echo "$ip_forward" > /proc/sys/net/ipv4/ip_forward
echo ready

read -r _ || true

# Again and again: something may enter while it ends.
set -- /proc/[0-9]*
while [ $# -gt 1 ]; do
  kill -KILL -1 || true
  set -- /proc/[0-9]*
done
for tree in /sys/fs/cgroup /sys/fs/cgroup/*; do
  [ -L "$tree" ] || [ ! -d "$tree/$name" ] || find "$tree/$name" -depth -type d -exec rmdir {} +
done
