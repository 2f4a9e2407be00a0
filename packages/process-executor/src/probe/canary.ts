/**
 * Runs as the command of a real sandbox and writes down what it sees: one `name=value` per line, built-in commands of the shell where they do.
 * It also tries what must fail; each attempt has its own line.
 */
export const SIGHT_CANARY = `
while read -r name value rest; do
  case $name in
    CapEff:|CapBnd:|NoNewPrivs:|Seccomp:) echo "\${name%:}=$value" ;;
  esac
done < /proc/self/status
processes=0
for entry in /proc/[0-9]*; do processes=$((processes + 1)); done
echo "processes=$processes"
while read -r interface rest; do
  case $interface in *:) echo "interface=\${interface%:}" ;; esac
done < /proc/net/dev
(for descriptor in /proc/$$/fd/*; do echo "descriptor=\${descriptor##*/}"; done)
tr '\\0' '\\n' < /proc/$$/environ | while IFS= read -r variable; do echo "variable=$variable"; done
(: > /usr/assay-canary) 2>/dev/null && echo 'wrote=/usr'
(: > /assay-canary) 2>/dev/null && echo 'wrote=/'
(: > /dev/assay-canary) 2>/dev/null && echo 'wrote=/dev'
: > owned-by-the-sandbox && echo 'wrote=/work'
unshare --user true 2>/dev/null && echo 'unshared=user'
unshare --mount true 2>/dev/null && echo 'unshared=mount'
while read -r line; do
  case $line in
    'Max open files'*|'Max file size'*|'Max cpu time'*|'Max core file size'*|'Max processes'*) echo "limit=$line" ;;
  esac
done < /proc/self/limits
`;

/** More processes than the canary's limit allows; the last number that is written says how many there were. */
export const FORK_CANARY = `
count=0
while [ $count -lt 64 ]; do
  sleep 30 &
  count=$((count + 1))
  echo "$count"
done
`;

/** Leaves two generations of descendants in sessions of their own, and ends. */
export const DESCENDANT_CANARY = `setsid sh -c 'setsid sleep 30 & sleep 30' & echo left`;
