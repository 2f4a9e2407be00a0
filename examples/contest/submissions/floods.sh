#!/bin/sh
# Never stops writing: every case is ended at the policy's limit of output.
while :; do echo "0123456789012345678901234567890123456789012345678901234567890"; done
