{{/* Where a store is, as YAML: url, username, secret, key, caSecret. Takes a list: root, store, app. */}}
{{- define "caudal.connection.resp" -}}
{{- $root := index . 0 -}}
{{- $store := index . 1 -}}
{{- $app := index . 2 -}}
{{- $in := index $root.Values $store -}}
{{- $out := index $root.Values (printf "external%s" (title $store)) -}}
{{- if $in.enabled }}
url: {{ printf "redis://%s:6379" (include "caudal.name" (list $root $store)) | quote }}
username: {{ $app | quote }}
secret: {{ include "caudal.secretName" (list $root $store $in.auth.existingSecret) | quote }}
key: {{ $app }}-password
{{- else }}
url: {{ $out.url | quote }}
username: {{ index $out.usernames $app | quote }}
{{ include "caudal.externalPassword" (list $root $out $app) }}
caSecret: {{ $out.caSecret | quote }}
{{- end }}
{{- end -}}
