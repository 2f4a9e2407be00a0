#!/usr/bin/awk -f
# Adds up all numbers on standard input.
{ for (field = 1; field <= NF; field++) sum += $field }
END { printf "%.0f\n", sum } # %d would stop at 2147483647 in mawk
