{{/*
Bytes of an amount of memory, as Kubernetes (Mi, M) and the servers (MiB, MB, m, mb) write it: a whole number. Takes the amount.
*/}}
{{- define "caudal.bytes" -}}
{{- $text := . -}}
{{- if not (kindIs "string" .) }}{{ $text = int64 . | toString }}{{ end -}}
{{- $unit := regexFind "[A-Za-z]*$" $text -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000
  "kB" 1000 "MB" 1000000 "GB" 1000000000 "kiB" 1024 "MiB" 1048576 "GiB" 1073741824
  "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776
  "kb" 1024 "mb" 1048576 "gb" 1073741824 "m" 1048576 "g" 1073741824 -}}
{{- mulf (trimSuffix $unit $text | float64) (index $units $unit) | int64 -}}
{{- end -}}
