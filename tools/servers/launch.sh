#!/bin/sh
# launch.sh ROOT LOWER DATA DATA_PATH CONFIG CONFIG_PATH TARGETS USER GROUP COMMAND...
# Becomes a server: in the mount and process namespaces this script was started in it mounts the directories of LOWER
# (highest first, separated by colons) as one file system, read-only, adds the server's data, configuration and a /tmp,
# drops every privilege and executes COMMAND. Its number, as the rest of the machine sees it, is written to descriptor 3
# first. ROOT is an empty directory to mount on.
set -eu
root=$1 lower=$2 data=$3 data_path=$4 config=$5 config_path=$6 targets=$7 user=$8 group=$9
shift 9

# /proc still shows the outer namespace here.
read -r pid _ < /proc/self/stat
echo "$pid" >&3
exec 3>&-

mount -t overlay overlay -o "ro,lowerdir=$lower" "$root"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o nosuid,noexec,mode=755 tmpfs "$root/dev"
for device in null zero full random urandom; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount --bind "$data" "$root$data_path"
mount --bind "$config" "$root$config_path"
if [ -n "$targets" ]; then
  mount --bind "$targets" "$root$config_path/targets"
fi

ulimit -n 65536 2> /dev/null || :
umask 027
# If the process that waits for this one is killed, the server goes too.
exec chroot "$root" setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs --inh-caps=-all \
  --bounding-set=-all --pdeathsig KILL -- "$@"
