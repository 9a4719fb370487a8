-- Trigger on messages and on attachments, deferred to the commit, for the message is written before its files.
-- {message} is the key of the message, filled in by the model.
IF (SELECT attachment_count FROM messaging_message WHERE id = {message})
    <> (SELECT count(*) FROM messaging_attachment WHERE message_id = {message}) THEN
    RAISE EXCEPTION 'Message % has other files than it says', {message} USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
