#!/bin/bash
# Process 1 of a root of another suite: makes it the root of its own mount namespace and runs a program in it.
#   suite-init.sh ROOT NAME NETWORK FILES FOLDER PROGRAM ARGS...
# NETWORK is `own` (only a loopback device) or `machine`; FILES are this machine's files that are seen inside as well,
# separated by colons. A shell stays as process 1, because somebody has to reap what the program leaves behind; when it
# ends, the kernel ends all of that (pid_namespaces(7)). pivot_root instead of chroot: containers cannot be started
# below a chroot, whose root is no mount (pivot_root(2)).
set -eu
root=$1 name=$2 network=$3 files=$4 folder=$5
shift 5

mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
# The one of this network namespace; the tree of control groups is the machine's.
mount -t sysfs sysfs sys
mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount --rbind /dev dev
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/lock
mount -t tmpfs -o mode=1777 tmpfs tmp
IFS=:
for file in $files; do
  mkdir -p "$root${file%/*}"
  # A symbolic link would lead to where it points on the machine, or nowhere.
  [ ! -L "$root$file" ] || rm "$root$file"
  [ -e "$root$file" ] || : > "$root$file"
  mount --bind "$file" "$root$file"
done
unset IFS

hostname "$name"
[ "$network" = machine ] || ip link set lo up

# Both roots lie in one place for a moment; the machine's is on top (pivot_root(2), `pivot_root(".", ".")`).
pivot_root . .
umount -l .
cd /
cd "$folder"
"$@"
