{{/*
Lanes with the defaults of `consumer` laid under each, as YAML by name, all names filled in. Removed ones are left out.
*/}}
{{- define "caudal.lanes" -}}{{ include "caudal.once" (list . "caudal.lanes.map") }}{{- end -}}

{{- define "caudal.lanes.map" -}}
{{- $brokers := dict -}}
{{- range include "caudal.servers" . | fromYamlArray }}{{ if eq .role "broker" }}{{ $_ := set $brokers .name . }}{{ end }}{{ end -}}
{{- range $name, $given := .Values.lanes }}
{{- if $given }}
{{- $broker := index $brokers $given.broker }}
{{- $lane := mergeOverwrite (dict "countries" list) (deepCopy $.Values.consumer) (deepCopy $given) }}
{{- range $key := list "subscription" "deadLetters" }}
{{- $_ := set $lane $key (tpl (get $given $key | default (index $broker $key | replace "*" $name)) $) }}
{{- end }}
{{- if kindIs "invalid" $given.storeKeyPrefix }}{{ $_ := set $lane "storeKeyPrefix" (printf "%s:" $name) }}{{ end }}
{{ $name }}: {{- toYaml $lane | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
Name of a lane's schema, or of its group of caches, in a store that has these: as the services make it
(services/common/src/stores/schema-name.ts). Takes the lane's key prefix.
*/}}
{{- define "caudal.schemaName" -}}
{{- if . }}{{ printf "caudal_%s" (regexReplaceAll "[-.:]" (trimSuffix ":" .) "_") }}{{ else }}caudal{{ end -}}
{{- end -}}

{{/* Lanes that read a broker, as YAML by name. Takes a list: root, broker. */}}
{{- define "caudal.lanesOf" -}}
{{- range $name, $lane := include "caudal.lanes" (index . 0) | fromYaml }}
{{- if eq $lane.broker (index $ 1) }}
{{ $name }}: {{- toYaml $lane | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Names of the brokers that lanes read, in the catalogue's order, as a YAML list. */}}
{{- define "caudal.brokersInUse" -}}
{{- $used := list -}}
{{- range include "caudal.lanes" . | fromYaml }}{{ $used = append $used .broker }}{{ end -}}
{{- range include "caudal.servers" . | fromYamlArray }}
{{- if has .name $used }}
- {{ .name }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
`subscription` and `deadLetters` that a service finds at a broker, as YAML: a lane's, or for one that is of no lane those
that the broker's values name, if a lane has them, else those of its first lane. Takes a list: root, broker, lane (empty
if none).
*/}}
{{- define "caudal.laneNames" -}}
{{- $lanes := include "caudal.lanesOf" . | fromYaml -}}
{{- $shared := (include "caudal.server" . | fromYaml).names -}}
{{- $found := index . 2 -}}
{{- if not $found -}}
{{- range keys $lanes | sortAlpha | reverse }}{{ $found = . }}{{ end -}}
{{- range $name, $lane := $lanes }}{{ if eq $lane.subscription $shared.subscription }}{{ $found = $name }}{{ end }}{{ end -}}
{{- end -}}
{{- pick (index $lanes $found) "subscription" "deadLetters" | toYaml -}}
{{- end -}}

{{/* Lanes as the console wants them: JSON. Passwords are in variables that it names. Takes the root. */}}
{{- define "caudal.console.lanes" -}}
{{- $lanes := list -}}
{{- range $name, $lane := include "caudal.lanes" . | fromYaml -}}
{{- $store := include "caudal.connection.store" (list $ $lane.store "console") | fromYaml -}}
{{- $entry := dict "name" $name "broker" $lane.broker "store" $lane.store "storeUrl" $store.url -}}
{{- $known := include "caudal.laneNames" (list $ $lane.broker "") | fromYaml -}}
{{- range $key := list "subscription" "deadLetters" -}}
{{- if ne (index $lane $key) (index $known $key) }}{{ $_ := set $entry $key (index $lane $key) }}{{ end -}}
{{- end -}}
{{- range $key := list "storeKeyPrefix" "countries" -}}
{{- with index $lane $key }}{{ $_ := set $entry $key . }}{{ end -}}
{{- end -}}
{{- if $store.secret -}}
{{- $_ := set $entry "storePasswordEnv" (printf "%s_PASSWORD" (upper $lane.store)) -}}
{{- with $store.username }}{{ $_ := set $entry "storeUsername" . }}{{ end -}}
{{- end -}}
{{- if $store.caSecret }}{{ $_ := set $entry "storeCaFile" (include "caudal.caFile" $lane.store) }}{{ end -}}
{{- $lanes = append $lanes $entry -}}
{{- end -}}
{{- $lanes | toJson -}}
{{- end -}}
