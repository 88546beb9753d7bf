{{/* Where Ignite is, as YAML: as of every store. Takes a list: root, store, user. */}}
{{- define "caudal.connection.ignite" -}}
{{- $root := index . 0 -}}
{{- $app := index . 2 -}}
{{- $in := $root.Values.ignite -}}
{{- $out := $root.Values.externalIgnite -}}
{{- if $in.enabled }}
url: {{ printf "ignite://%s:10800" (include "caudal.name" (list $root "ignite")) | quote }}
username: {{ $app | quote }}
secret: {{ include "caudal.secretName" (list $root "ignite" $in.auth.existingSecret) | quote }}
key: {{ $app }}-password
# No user has fewer rights there than the consumers'.
schema: create
{{- else }}
url: {{ $out.url | quote }}
username: {{ index $out.usernames $app | quote }}
{{ include "caudal.externalPassword" (list $root $out $app) }}
caSecret: {{ $out.caSecret | quote }}
schema: {{ $out.schema }}
{{- end }}
{{- end -}}
