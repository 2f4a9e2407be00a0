#!/bin/sh
# Never ends: every case runs into its time limit, until the policy's budget of time is spent.
while :; do :; done
