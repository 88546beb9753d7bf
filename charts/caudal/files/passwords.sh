# Sourced by the start scripts: check_passwords NAME... ends the script where a variable is not a usable password.
check_passwords() {
  for name in "$@"; do
    eval "value=\${$name:-}"
    case "$value" in
      '') echo "the Secret has no value for $name" >&2; exit 1 ;;
      *[!A-Za-z0-9._~-]*) echo "$name may hold only letters, digits and -._~: change it in the Secret" >&2; exit 1 ;;
    esac
  done
}
