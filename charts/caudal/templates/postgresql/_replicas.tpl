{{/*
The replicas of the release's own PostgreSQL, as YAML: name, number, `primary`: the pod of the one that was promoted; empty without replicas. It
is asked by the catalogue, and asks nothing of it.
*/}}
{{- define "caudal.postgresql.replicas" -}}
{{- with .Values.postgresql -}}
{{- if and .enabled .readReplicas }}
name: postgresql-replica
number: {{ int .readReplicas }}
{{- if not (kindIs "invalid" .replica.promoted) }}
primary: {{ printf "%s-%d" (include "caudal.name" (list $ "postgresql-replica")) (int .replica.promoted) }}
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* Users by which replicas know the server that they copy, as a YAML list; none without replicas. */}}
{{- define "caudal.postgresql.replicaRoles" -}}
{{- ternary (list "replica") list (not (empty (include "caudal.postgresql.replicas" .))) | toJson -}}
{{- end -}}

{{/* Where reads may go besides the primary, as a YAML list of URLs, by place. Takes a list: root, database of the release's own server. */}}
{{- define "caudal.postgresql.readUrls" -}}
{{- $root := index . 0 -}}
{{- $database := index . 1 -}}
{{- $urls := list -}}
{{- with include "caudal.postgresql.replicas" $root | fromYaml -}}
{{- $name := include "caudal.name" (list $root .name) -}}
{{- range until (int .number) }}{{ $urls = append $urls (printf "postgresql://%s-%d.%s-nodes:5432/%s" $name . $name $database) }}{{ end -}}
{{- end -}}
{{- if not $root.Values.postgresql.enabled }}{{ $urls = $root.Values.externalPostgresql.readUrls | default list }}{{ end -}}
{{- toJson $urls -}}
{{- end -}}
