# SPDX-License-Identifier: Apache-2.0
# Completion for outrider and outrider-sidecar. What there is to complete is asked
# of the programs' own --help, so that it is never another's.

# __outrider_words KIND WORD...: what the help of this command offers.
__outrider_words() {
  local kind=$1
  shift
  "$@" --help 2>/dev/null | awk -v kind="$kind" '
    /^[A-Z]/ { section = $1 }
    kind == "commands" && section == "Subcommands:" && /^  [a-z]/ { print $1 }
    kind == "options" && /^  -/ {
      n = split($1, names, ",")
      for (i = 1; i <= n; ++i) if (names[i] ~ /^--/) print names[i]
    }'
}

__outrider() {
  COMPREPLY=()
  local IFS=$' \t\n'
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  # As far as the words are commands: outrider, kill; outrider, check, rules.
  local command=("${COMP_WORDS[0]}") each
  for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if __outrider_words commands "${command[@]}" | grep -qxF -e "$each"; then command+=("$each"); fi
  done
  case "$before" in
    --loop) mapfile -t COMPREPLY < <(compgen -W "adaptive spin" -- "$word"); return ;;
    --log.level) mapfile -t COMPREPLY < <(compgen -W "debug info warn error" -- "$word"); return ;;
    --log.format) mapfile -t COMPREPLY < <(compgen -W "logfmt json" -- "$word"); return ;;
    --format) mapfile -t COMPREPLY < <(compgen -W "text csv json" -- "$word"); return ;;
    --config.file | --rules.file | --log.file | --control.socket | --*token* | --evidence)
      mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --segment.dir | --storage.*)
      mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(__outrider_words options "${command[@]}")" -- "$word")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$(__outrider_words commands "${command[@]}")" -- "$word")
  [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}

complete -o filenames -F __outrider outrider outrider-sidecar
