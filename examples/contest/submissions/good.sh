#!/bin/sh
# Adds up all numbers on standard input.
sum=0
while read -r line || [ -n "$line" ]; do
  for number in $line; do
    sum=$((sum + number))
  done
done
echo "$sum"
