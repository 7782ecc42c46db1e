#!/bin/sh
# The real parts that the tests talk to. Missing ones are installed as root, else named; never skipped.
set -eu
PATH=$PATH:/usr/sbin:/sbin
missing=""
want() { # command, Debian package
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
want chromium chromium
want snmpd snmpd
want snmpget snmp
want lldpd lldpd
want ip iproute2
want sshd openssh-server
want vtysh frr
want ssh-keygen openssh-client
want pdftotext poppler-utils
want qpdf qpdf
want java default-jre-headless
has() { # file, Debian package
    [ -e "$1" ] || missing="$missing $2"
}
has /usr/share/java/preflight.jar libpdfbox2-java
has /usr/share/java/javax.activation.jar libactivation-java
has /usr/share/java/jaxb-api.jar libjaxb-api-java
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installiere für die Tests:$missing" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Für die Tests fehlen Pakete. Bitte: sudo apt-get install$missing" >&2
    exit 1
fi
