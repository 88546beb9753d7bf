{{/*
Renders the objects of a file with the user's overrides merged over every object of its kind: annotations, namespace, address
families of Services, and the fields of `pod` for a workload, its pods and their first container. Other text is unchanged.
Takes a list: root, name of the template that makes the objects.
*/}}
{{- define "caudal.overlay" -}}
{{- $root := index . 0 -}}
{{- range regexSplit "(?m)^---[ \\t]*$" (include (index . 1) $root) -1 }}
{{- $object := fromYaml . }}
{{- if and $object (not (hasKey $object "Error")) }}
{{- $before := toJson $object }}
{{- include "caudal.overlay.object" (list $root $object) }}
---
{{ if eq $before (toJson $object) }}{{ trim . }}{{ else }}{{ toYaml $object }}{{ end }}
{{- else if trim . }}
---
{{ trim . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Changes one object. Takes a list: root, object. */}}
{{- define "caudal.overlay.object" -}}
{{- $root := index . 0 -}}
{{- $object := index . 1 -}}
{{- $metadata := $object.metadata -}}
{{- if and $root.Values.namespaceOverride (not $metadata.namespace) -}}
{{- $_ := set $metadata "namespace" $root.Values.namespaceOverride -}}
{{- end -}}
{{- with $root.Values.commonAnnotations -}}
{{- $_ := set $metadata "annotations" (merge ($metadata.annotations | default dict) .) -}}
{{- end -}}
{{- if eq $object.kind "Service" -}}
{{- with $root.Values.ipFamilyPolicy }}{{ $_ := set $object.spec "ipFamilyPolicy" . }}{{ end -}}
{{- with $root.Values.ipFamilies }}{{ $_ := set $object.spec "ipFamilies" . }}{{ end -}}
{{- $orders := $root.Values.orders -}}
{{- $exposed := dict "orders-api" $orders.api "orders-mailbox" $orders.mailbox "films-api" $root.Values.films.api -}}
{{- range $component, $settings := merge $exposed $root.Values.services -}}
{{- if and $settings.service.spec (eq $metadata.name (include "caudal.name" (list $root $component))) -}}
{{- include "caudal.lay" (list $object.spec $settings.service.spec) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $template := dict -}}
{{- if eq $object.kind "Pod" }}{{ $template = $object -}}
{{- else if eq $object.kind "CronJob" }}{{ $template = $object.spec.jobTemplate.spec.template -}}
{{- else if has $object.kind (list "Deployment" "StatefulSet" "Job") }}{{ $template = $object.spec.template -}}
{{- end -}}
{{- if $template -}}
{{- $component := index $metadata.labels "app.kubernetes.io/component" -}}
{{- $pod := include "caudal.podOverrides" (list $root $component) | fromYaml -}}
{{- with $pod.workloadAnnotations -}}
{{- $_ := set $metadata "annotations" (mergeOverwrite ($metadata.annotations | default dict) .) -}}
{{- end -}}
{{- with $pod.container }}{{ include "caudal.lay" (list (first $template.spec.containers) .) }}{{ end -}}
{{- with $pod.spec }}{{ include "caudal.lay" (list $template.spec .) }}{{ end -}}
{{- /* A constraint that names no pods counts those of its own component. */}}
{{- range $template.spec.topologySpreadConstraints -}}
{{- if not .labelSelector -}}
{{- $_ := set . "labelSelector" (dict "matchLabels" (include "caudal.selector" (list $root $component) | fromYaml)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What `pod` says of a component, its own block first, as YAML. Takes a list: root, component. */}}
{{- define "caudal.podOverrides" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $own := dict -}}
{{- if hasKey $root.Values $component }}{{ $own = (index $root.Values $component).pod -}}
{{- else -}}
{{- range include "caudal.components" $root | fromYamlArray -}}
{{- if eq .name $component }}{{ $own = .settings.pod }}{{ end -}}
{{- end -}}
{{- range include "caudal.helpers" $root | fromYamlArray -}}
{{- if eq .name $component }}{{ $own = .pod }}{{ end -}}
{{- end -}}
{{- end -}}
{{- mergeOverwrite (deepCopy $root.Values.pod) (deepCopy ($own | default dict)) | toYaml -}}
{{- end -}}

{{/*
Lays a map over another one, in place: maps are merged, `null` removes a key, and lists whose items have names get the
items that they lack, while an item of the same name is replaced (a container: merged). Anything else is replaced, probes
too, which have one handler each. Takes a list: target, source.
*/}}
{{- define "caudal.lay" -}}
{{- $target := index . 0 -}}
{{- $names := dict "containers" "name" "initContainers" "name" "volumes" "name" "env" "name" "ports" "name" "volumeMounts" "mountPath" -}}
{{- range $key, $value := index . 1 -}}
{{- $under := get $target $key -}}
{{- if kindIs "invalid" $value -}}
{{- $_ := unset $target $key -}}
{{- else if and (kindIs "map" $value) (kindIs "map" $under) (not (hasSuffix "Probe" $key)) -}}
{{- include "caudal.lay" (list $under $value) -}}
{{- else if and (kindIs "slice" $value) (kindIs "slice" $under) (hasKey $names $key) -}}
{{- $name := get $names $key -}}
{{- $items := list -}}
{{- range $item := $under -}}
{{- $same := list -}}
{{- range $value }}{{ if eq (get . $name) (get $item $name) }}{{ $same = append $same . }}{{ end }}{{ end -}}
{{- if and $same (hasSuffix "ontainers" $key) }}{{ include "caudal.lay" (list $item (first $same)) -}}
{{- else if $same }}{{ $item = first $same -}}
{{- end -}}
{{- $items = append $items $item -}}
{{- end -}}
{{- range $item := $value -}}
{{- $known := false -}}
{{- range $under }}{{ if eq (get . $name) (get $item $name) }}{{ $known = true }}{{ end }}{{ end -}}
{{- if not $known }}{{ $items = append $items $item }}{{ end -}}
{{- end -}}
{{- $_ := set $target $key $items -}}
{{- else -}}
{{- $_ := set $target $key $value -}}
{{- end -}}
{{- end -}}
{{- end -}}
