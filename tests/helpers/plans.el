;; SPDX-License-Identifier: GPL-3.0-or-later
;; Copyright the earshot authors
;; plans.el - what org mode reads in plans.org, and a file of its own making.
;;
;; usage: emacs --batch -Q -l plans.el -f plans-print
;;        emacs --batch -Q -l plans.el -f plans-write
(require 'org)
(require 'subr-x)
(prefer-coding-system 'utf-8)
(setq locale-coding-system 'utf-8
      make-backup-files nil
      org-log-done 'time)

(defun plans-print ()
  "Print place, state, text, tags, deadline and start of every task."
  (find-file "plans.org")
  (org-map-entries
   (lambda ()
     (when (org-get-todo-state)
       (princ (format "%s|%s|%s|%s|%s|%s\n"
                      (car (last (org-get-outline-path)))
                      (org-get-todo-state)
                      (org-get-heading t t t t)
                      (string-join (org-get-tags) ",")
                      (or (org-entry-get nil "DEADLINE") "")
                      (or (org-entry-get nil "SCHEDULED") "")))))))

(defun plans-task (stars text)
  "Add a task at the end, and be at it."
  (goto-char (point-max))
  (unless (bolp) (insert "\n"))
  (insert stars " " text "\n")
  (org-back-to-heading))

(defun plans-write ()
  "Make plans.org by org's own commands, as its keys do."
  (find-file "plans.org")
  (insert "#+TITLE: plans\n#+TODO: OPEN WAITING | SHIPPED\n"
          "#+TODO: TODO NEXT | DONE\n\n* Trips\n")
  (org-mode)
  (plans-task "**" "trip [/]")
  (org-set-tags '("travel"))
  (plans-task "***" "TODO call Ann")
  (org-set-tags '("phone" "büro"))
  (org-priority ?A)
  (org-deadline nil "2026-12-01")
  (org-schedule nil "2026-11-30 10:00")
  (org-set-property "Effort" "0:30")
  (plans-task "***" "TODO pay")
  (org-todo "DONE")
  (plans-task "***" "OPEN read the map")
  (plans-task "***" "OPEN sent")
  (org-todo "SHIPPED")
  (plans-task "***" "TODO Bob")
  (org-todo "WAITING")
  (plans-task "***" "TODO pack [/]")
  (goto-char (point-max))
  (insert "- [ ] socks\n- [X] tickets\n  1. [ ] shoes\n")
  (plans-task "**" "an idea")
  (plans-task "*" "Inbox")
  (plans-task "**" "TODO water")
  (goto-char (point-max))
  (insert "DEADLINE: <2026-12-05 Sat ++1w>\n")
  (plans-task "*" "TODO alone")
  (org-update-statistics-cookies t)
  (org-align-tags t)
  (save-buffer))
