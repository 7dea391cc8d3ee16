#!/bin/sh
# Run by busybox udhcpc for each event, in the namespace of the interface. Prints the event as one line
#   dhcp-event type=bound ip=31302e... mask=3234 ...
# whose values are hexadecimal: they come from the network and may hold anything. Configures the interface when
# DHCP_CONFIGURE is yes. Writes no files: the mount namespace is the host's, and /etc/resolv.conf with it.

hex() {
  printf %s "$1" | od -A n -v -t x1 | tr -d ' \n'
}

# Address and route carry a mark (a lifetime; protocol 16, "dhcp" in rt_protos), so that only they are taken away.
deconfigure() {
  ip -4 route flush dev "$interface" proto 16 &&
    ip -4 address flush dev "$interface" dynamic &&
    ip link set dev "$interface" up
}

configure() {
  lifetime="${lease:-3600}"
  [ "$lifetime" = 4294967295 ] && lifetime=forever
  ip -4 address replace "$ip/${mask:-24}" dev "$interface" valid_lft "$lifetime" preferred_lft "$lifetime" &&
    if [ -n "$router" ]; then
      ip -4 route replace default via "${router%% *}" dev "$interface" proto 16
    fi
}

error=
if [ "$DHCP_CONFIGURE" = yes ]; then
  case "$1" in
    deconfig) error=$(deconfigure 2>&1) || error="${error:-failed}" ;;
    bound | renew) error=$(configure 2>&1) || error="${error:-failed}" ;;
  esac
fi

line="dhcp-event type=$(hex "$1")"
for pair in "ip=$ip" "mask=$mask" "router=$router" "dns=$dns" "domain=$domain" "serverid=$serverid" \
  "lease=$lease" "mtu=$mtu" "error=$error"; do
  value="${pair#*=}"
  [ -n "$value" ] && line="$line ${pair%%=*}=$(hex "$value")"
done
printf '%s\n' "$line"
