happened-by = { $who }: { $what }
happened-assigned = zugewiesen an { $who }
happened-unassigned = niemandem zugewiesen
happened-priority = Priorität { $priority }
happened-renamed = umbenannt in „{ $title }“
happened-due = fällig am { $date }
happened-no-due = ohne Fälligkeit
happened-deleted = gelöscht
happened-restored = wiederhergestellt
notice-assigned = { $who } hat dir { $key } zugewiesen: { $title }
notice-assigned-by-nobody = { $key } gehört jetzt dir: { $title }
notice-changed = { $key } { $title } – { $what }
happened-many = { $count ->
    [one] ein Issue dieses Channels wurde geändert
   *[other] { $count } Issues dieses Channels wurden geändert
}
happened-many-what = { $count ->
    [one] ein Issue dieses Channels ist jetzt: { $what }
   *[other] { $count } Issues dieses Channels sind jetzt: { $what }
}
