#!/bin/sh
# launch.sh ROOT BASE LAYER DATA DATA_PATH CONFIG CONFIG_PATH TARGETS USER GROUP COMMAND...
# Becomes a server: in the mount and process namespaces this script was started in it lays LAYER over BASE, read-only,
# adds the server's data, configuration and a /tmp, drops every privilege and executes COMMAND. Its number, as the rest
# of the machine sees it, is written to descriptor 3 first. ROOT is an empty directory to mount on.
set -eu
root=$1 base=$2 layer=$3 data=$4 data_path=$5 config=$6 config_path=$7 targets=$8 user=$9
shift 9
group=$1
shift

# /proc still shows the outer namespace here.
read -r pid _ < /proc/self/stat
echo "$pid" >&3
exec 3>&-

mount -t overlay overlay -o "ro,lowerdir=$layer:$base" "$root"
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
