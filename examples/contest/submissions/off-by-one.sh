#!/bin/sh
# Stops one line early when the last line does not end with a newline: `read` then fails, although it has read it.
sum=0
while read -r line; do
  for number in $line; do
    sum=$((sum + number))
  done
done
echo "$sum"
